-- Rules over a set of rows: [{..., rows, failures, measured, passed}] for rules as quality.active_rules has them (with
-- no). One scan for all statistics and all rules about rows. p_source, p_known: FROM items; p_known are the rows that
-- dependencies learn from. p_check: where failing rows are kept (null: not). Internal.
create or replace function quality.check_relation(p_dataset uuid, p_check uuid, p_source text, p_known text, p_rules jsonb) returns jsonb
language plpgsql
set search_path = ''
set parallel_tuple_cost = 0
set parallel_setup_cost = 0
as $$
declare
  rules jsonb := '[]';
  rule jsonb;
  bad text;
  counts text;
  counted jsonb := '[]';
  measured jsonb;
  found_rows jsonb;
  total bigint;
  kept constant int := 100;
begin
  for rule in select r from jsonb_array_elements(p_rules) r loop
    if rule ->> 'prepare' is not null then
      bad := format('pg_temp.cadastre_bad_%s', rule ->> 'no');
      execute format('drop table if exists %s', bad);
      execute format('create temp table %s on commit drop as %s', split_part(bad, '.', 2),
        replace(replace(rule ->> 'prepare', '{source}', p_source), '{current}', p_known));
      rule := rule || jsonb_build_object('fails', replace(rule ->> 'fails', '{bad}', bad));
    end if;
    rules := rules || rule;
  end loop;
  select string_agg(format('jsonb_build_object(''no'', %s, ''rows'', count(*), ''failures'', count(*) filter (where %s))', r ->> 'no', r ->> 'fails'), ', ')
    into counts from jsonb_array_elements(rules) r where r ->> 'fails' is not null;
  if counts is not null then
    execute format('select to_jsonb(array[%s]::jsonb[]) from %s t', counts, p_source) into counted;
  end if;
  measured := quality.measure_rules(p_source, rules);
  select jsonb_agg(r.r || c.c || case when c.c ? 'passed' then jsonb_build_object('failures', case when (c.c ->> 'passed')::boolean then 0 else 1 end)
           else jsonb_build_object('passed', quality.is_passed((c.c ->> 'failures')::bigint, (c.c ->> 'rows')::bigint, (r.r ->> 'max_failures')::bigint, (r.r ->> 'max_share')::numeric)) end)
    into rules
    from jsonb_array_elements(rules) r (r) join jsonb_array_elements(counted || measured) c (c) on c.c ->> 'no' = r.r ->> 'no';
  if p_check is not null then
    for rule in select r from jsonb_array_elements(coalesce(rules, '[]')) r where (r ->> 'failures')::bigint > 0 and r ->> 'fails' is not null loop
      delete from quality.failing_rows f where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.check_id = p_check and f.rule_name = rule ->> 'name';
      execute format('insert into quality.failing_rows (org_id, dataset_id, check_id, rule_name, no, line, record)
        select $1, $2, $3, $4, row_number() over (), t.source_line, to_jsonb(t) - ''org_id'' - ''data_hash'' - ''change_mask'' from %s t where %s limit %s',
        p_source, rule ->> 'fails', kept) using private.org_id(), p_dataset, p_check, rule ->> 'name';
    end loop;
  end if;
  return coalesce(rules, '[]');
end
$$;
comment on function quality.check_relation(uuid, uuid, text, text, jsonb) is 'Asks rules of a set of rows. Internal.';
