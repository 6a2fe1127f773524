-- Rejected rows with their raw record and its values by field: [{line, raw, record}]. Called in batches.
create or replace function ingest.record_rejected(p_run uuid, p_generation int, p_rows jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  insert into ingest.rejected_rows (org_id, run_id, line, dataset_id, raw, record)
  select run.org_id, run.id, r.line, run.dataset_id, left(r.raw, 1000000), r.record
    from jsonb_to_recordset(p_rows) r (line bigint, raw text, record jsonb)
  on conflict do nothing;
end
$$;
comment on function ingest.record_rejected(uuid, int, jsonb) is 'Stores rejected rows. Error IN007: the lease is lost.';
grant execute on function ingest.record_rejected(uuid, int, jsonb) to cadastre_worker;
