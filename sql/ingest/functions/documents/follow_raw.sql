-- See ingest.note_raw: for a worker that holds a run and is about to end it.
create or replace function ingest.follow_raw(p_run uuid, p_generation int) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  perform ingest.note_raw(ingest.assert_lease(p_run, p_generation));
end
$$;
comment on function ingest.follow_raw(uuid, int) is
  'Queues ingest__describe_raw {orgId, fileId} for a run that ends in the same transaction. Error IN007: lease lost.';
grant execute on function ingest.follow_raw(uuid, int) to cadastre_worker;
