-- What the reader could not make a record of, as issues and, where the row is lost for the load, as rejected rows.
-- p_problems: [{line, column, rule, message, remedy, raw, record, rejected}]. Called in batches, again after a redo.
create or replace function ingest.record_problems(p_run uuid, p_generation int, p_problems jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  insert into ingest.row_issues (org_id, run_id, line, column_name, rule, severity, rejected, value, message, remedy)
  select run.org_id, run.id, p.line, left(coalesce(p."column", ''), 200), p.rule,
         case when p.rejected then 'error' else 'warning' end, p.rejected,
         null, left(p.message, 2000), left(p.remedy, 2000)
    from jsonb_to_recordset(p_problems) p (line bigint, "column" text, rule text, message text, remedy text, rejected boolean)
  on conflict do nothing;
  insert into ingest.rejected_rows (org_id, run_id, line, dataset_id, raw, record)
  select run.org_id, run.id, p.line, run.dataset_id, left(p.raw, 1000000), p.record
    from jsonb_to_recordset(p_problems) p (line bigint, raw text, record jsonb, rejected boolean)
   where p.rejected
  on conflict do nothing;
end
$$;
comment on function ingest.record_problems(uuid, int, jsonb) is 'Stores problems of the reader. Error IN007: the lease is lost.';
grant execute on function ingest.record_problems(uuid, int, jsonb) to cadastre_worker;
