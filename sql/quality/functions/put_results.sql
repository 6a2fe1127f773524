-- What rules found in a check: [{rule_name, rule_id, version, field, kind, dimension, severity, scope, rows, failures,
-- measured, passed, message}]. The same check may be told again (a load that was landed anew). Internal.
create or replace function quality.put_results(p_dataset uuid, p_check uuid, p_run uuid, p_results jsonb) returns void
language sql
set search_path = ''
as $$
  insert into quality.results (org_id, dataset_id, check_id, run_id, rule_name, rule_id, version, field_name, kind, dimension, severity, scope,
                               row_count, failures, measured, passed, message)
  select private.org_id(), p_dataset, p_check, p_run, r.rule_name, r.rule_id, r.version, coalesce(r.field, ''), r.kind, r.dimension, r.severity, r.scope,
         r.rows, r.failures, r.measured, r.passed, left(coalesce(r.message, ''), 2000)
    from jsonb_to_recordset(p_results) r (rule_name text, rule_id uuid, version int, field text, kind text, dimension text, severity text, scope text,
                                          rows bigint, failures bigint, measured numeric, passed boolean, message text)
  on conflict (org_id, dataset_id, check_id, rule_name) do update
     set rule_id = excluded.rule_id, version = excluded.version, row_count = excluded.row_count, failures = excluded.failures,
         measured = excluded.measured, passed = excluded.passed, message = excluded.message, severity = excluded.severity,
         checked_at = clock_timestamp()
$$;
comment on function quality.put_results(uuid, uuid, uuid, jsonb) is 'Records results of a check. Internal.';
