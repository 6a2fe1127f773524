-- What the rules found in a load, also those that nothing broke; with p_measured, statistics of the file. Internal.
create or replace function ingest.record_results(p_run ingest.runs, p_rules jsonb, p_counted jsonb, p_measured jsonb default '[]') returns void
language sql
set search_path = ''
as $$
  select quality.put_results(p_run.dataset_id, p_run.id, p_run.id, (
    select coalesce(jsonb_agg(x.result), '[]') from (
      select jsonb_build_object(
               'rule_name', case when r ? 'rule_id' then r ->> 'rule' else concat_ws('.', r ->> 'field', r ->> 'rule') end,
               'rule_id', r -> 'rule_id', 'version', r -> 'version', 'field', r ->> 'field', 'kind', coalesce(r ->> 'kind', r ->> 'rule'),
               'dimension', coalesce(r ->> 'dimension', case r ->> 'rule' when 'required' then 'completeness' when 'reference' then 'consistency'
                                                          when 'not_in_future' then 'timeliness' else 'validity' end),
               'severity', r ->> 'severity', 'scope', coalesce(r ->> 'scope', 'row'), 'rows', p_run.read_rows,
               'failures', least(coalesce(c.rows, 0), p_run.read_rows), 'message', r ->> 'message',
               'passed', quality.is_passed(coalesce(c.rows, 0), p_run.read_rows, (r ->> 'max_failures')::bigint, (r ->> 'max_share')::numeric)) as result
        from jsonb_array_elements(p_rules) r
        left join jsonb_to_recordset(p_counted) c (no int, rows bigint) on c.no = (r ->> 'no')::int
      union all
      select quality.result_of(m || jsonb_build_object('failures', case when (m ->> 'passed')::boolean then 0 else 1 end))
        from jsonb_array_elements(p_measured) m
    ) x))
$$;
comment on function ingest.record_results(ingest.runs, jsonb, jsonb, jsonb) is 'Records what rules found in a load. Internal.';
