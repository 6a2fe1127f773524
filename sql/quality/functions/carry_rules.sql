-- Rules as they are met now, from what the check before found of them and the rows that changed since (pg_temp.cadastre_delta;
-- p_changed false: none): each with {rows, failures, measured, passed, parts, expires}, or with {again: true} where all rows
-- must be asked. p_known: {rule_id: {failures, parts, expires}}. Internal.
create or replace function quality.carry_rules(p_dataset uuid, p_check uuid, p_before uuid, p_rules jsonb, p_known jsonb, p_rows bigint, p_changed boolean)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  counts text;
  sides jsonb := '{}';
  rule jsonb;
  rules jsonb := '[]';
  known jsonb;
  gone jsonb;
  come jsonb;
  parts jsonb;
  touched text[];
  source constant text := (data.dataset_names(p_dataset)).current_table;
begin
  if p_changed then
    touched := quality.touched_fields(p_dataset);
    select string_agg(quality.rule_counts(r), ', ') into counts from jsonb_array_elements(p_rules) r
     where not r -> 'carry' ? 'groups' and (touched is null or r -> 'fields' ?| touched);
    if counts is not null then
      execute format($q$
        select coalesce(jsonb_object_agg(s.side$, s.told), '{}')
          from (select t.side$, to_jsonb(array[%s]::jsonb[]) as told from pg_temp.cadastre_delta t
                 where t.side$ <> 'seen' and t.change_type <> 'delete' group by t.side$) s $q$, counts) into sides;
    end if;
  end if;
  for rule in select r from jsonb_array_elements(p_rules) r loop
    known := p_known -> (rule ->> 'rule_id');
    select x into gone from jsonb_array_elements(sides -> 'old') x where x -> 'no' = rule -> 'no';
    select x into come from jsonb_array_elements(sides -> 'new') x where x -> 'no' = rule -> 'no';
    if rule -> 'carry' ? 'groups' then
      if p_changed and (touched is null or rule -> 'fields' ?| touched) then
        known := quality.carry_groups(p_dataset, p_check, rule, known);
      end if;
    elsif rule ->> 'fails' is not null then
      known := known || jsonb_build_object('failures', (known ->> 'failures')::bigint - coalesce((gone ->> 'failures')::bigint, 0) + coalesce((come ->> 'failures')::bigint, 0),
        'expires', least((known ->> 'expires')::timestamptz, (come ->> 'expires')::timestamptz));
    else
      parts := quality.carry_parts(rule -> 'carry', known -> 'parts', gone -> 'parts', come -> 'parts');
      known := case when parts is not null then jsonb_build_object('parts', parts) end;
    end if;
    if known is null then
      rules := rules || (rule || '{"again": true}');
      continue;
    end if;
    rule := rule || known || jsonb_build_object('rows', p_rows);
    if rule ->> 'fails' is null then
      execute format('select jsonb_build_object(''measured'', round((%s)::numeric, 6))', quality.say_parts(rule -> 'carry', (
        select jsonb_object_agg(e.key, case when rule #>> '{carry,max}' is null then e.value #>> '{}'
                 else format('%L::%s', e.value #>> '{}', rule #>> '{carry,max}') end) from jsonb_each(known -> 'parts') e))) into come;
      come := quality.judge_measures(jsonb_build_array(come || jsonb_build_object('no', rule -> 'no')), jsonb_build_array(rule)) -> 0;
      rule := rule || come || jsonb_build_object('failures', case when (come ->> 'passed')::boolean then 0 else 1 end);
    else
      rule := rule || jsonb_build_object('passed',
        quality.is_passed((known ->> 'failures')::bigint, p_rows, (rule ->> 'max_failures')::bigint, (rule ->> 'max_share')::numeric));
      if (known ->> 'failures')::bigint > 0
         and (known ? 'fails' or not quality.carry_failing(p_dataset, p_check, p_before, rule, (known ->> 'failures')::bigint, p_changed)) then
        -- What fails may be rows that did not change: of a dependency its pairs tell which.
        if p_changed and not known ? 'fails' and known #> '{parts,pairs}' is not null then
          known := coalesce(quality.carry_pairs(p_dataset, p_check, rule, known), known);
        end if;
        if known ? 'fails' then
          perform quality.keep_failing(p_dataset, p_check, source, rule || jsonb_build_object('fails', known -> 'fails'));
        else
          rule := rule || '{"again": true}';
        end if;
      end if;
    end if;
    rules := rules || rule;
  end loop;
  return rules;
end
$$;
comment on function quality.carry_rules(uuid, uuid, uuid, jsonb, jsonb, bigint, boolean) is 'Rules as they are met now, from what was known and what changed. Internal.';
