-- The fence: whoever writes for a run calls this first, in the same transaction, and so holds the run's row until it
-- commits. A worker that was taken for dead finds a newer generation and writes nothing. Internal.
create or replace function ingest.assert_lease(p_run uuid, p_generation int) returns ingest.runs
language plpgsql
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  select * into run from ingest.runs r where r.org_id = private.org_id() and r.id = p_run for no key update;
  if run.id is null or run.status <> 'running' or run.lease_generation <> p_generation then
    perform core.raise('IN007', 'the run was taken over or cancelled', 'Nothing was written; whoever holds it goes on.');
  end if;
  return run;
end
$$;
comment on function ingest.assert_lease(uuid, int) is 'Locks a run for its lease''s holder. Error IN007: the lease is lost. Internal.';
