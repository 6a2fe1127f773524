-- Rules over a set of rows: [{..., rows, failures, measured, passed}] for rules as quality.active_rules has them (with
-- no). One scan for statistics and rules about rows; values that break a uniqueness or a dependency are found apart, and
-- tell themselves how many rows have them. p_source, p_known: FROM items; p_known are the rows that
-- dependencies learn from. p_check: where failing rows are kept (null: not).
--
-- What a parallel worker gives to its leader costs a third of the usual here: whole groups are worth sending, but for nothing
-- the planner would send every row to be grouped there. That the key comes once its index has made sure of. Internal.
create or replace function quality.check_relation(p_dataset uuid, p_check uuid, p_source text, p_known text, p_rules jsonb) returns jsonb
language plpgsql
set search_path = ''
set parallel_setup_cost = 0
set parallel_tuple_cost = 0.03
set work_mem = '128MB'
as $$
declare
  n record := data.dataset_names(p_dataset);
  rules jsonb := '[]';
  rule jsonb;
  counts text;
  counted jsonb := '[]';
  found_rows jsonb;
begin
  for rule in select r from jsonb_array_elements(p_rules) r loop
    if rule ->> 'kind' = 'uniqueness' and n.keyed and p_source = n.current_table
       and n.key_fields <@ array(select jsonb_array_elements_text(case when jsonb_typeof(rule -> 'fields') = 'array' then rule -> 'fields' else '[]' end)) then
      rule := rule || '{"fails": "false", "alone": false}';
    elsif rule ->> 'prepare' is not null then
      rule := quality.prepare_rule(p_dataset, p_check, rule, p_source, p_known);
    end if;
    rules := rules || (rule || jsonb_build_object('alone', coalesce((rule ->> 'alone')::boolean, rule ->> 'measure' ~* '(distinct|select)', false)));
  end loop;
  -- One scan, parallel where it may be, for all that can share it; then those that would hold it up.
  for counts in
    select string_agg(quality.rule_counts(case when r ? 'found' then r || '{"fails": "false"}' else r end), ', ')
      from jsonb_array_elements(rules) r where r ->> 'fails' is not null or r ->> 'measure' is not null
     group by (r ->> 'alone')::boolean order by (r ->> 'alone')::boolean
  loop
    execute format('select to_jsonb(array[%s]::jsonb[]) from %s t', counts, p_source) into found_rows;
    counted := counted || found_rows;
  end loop;
  select jsonb_agg(r.r || c.c || case when c.c ? 'passed' then jsonb_build_object('failures', case when (c.c ->> 'passed')::boolean then 0 else 1 end)
           else jsonb_build_object('failures', f.failures, 'passed', quality.is_passed(f.failures, (c.c ->> 'rows')::bigint, (r.r ->> 'max_failures')::bigint, (r.r ->> 'max_share')::numeric)) end)
    into rules
    from jsonb_array_elements(rules) r (r) join jsonb_array_elements(quality.judge_measures(counted, rules)) c (c) on c.c ->> 'no' = r.r ->> 'no'
    cross join lateral (select coalesce(r.r ->> 'found', c.c ->> 'failures')::bigint as failures) f;
  if p_check is not null then
    for rule in select r from jsonb_array_elements(coalesce(rules, '[]')) r where (r ->> 'failures')::bigint > 0 and r ->> 'fails' is not null loop
      perform quality.keep_failing(p_dataset, p_check, p_source, rule);
    end loop;
  end if;
  return coalesce(rules, '[]');
end
$$;
comment on function quality.check_relation(uuid, uuid, text, text, jsonb) is 'Asks rules of a set of rows. Internal.';
