-- The fence: only the newest generation of a running execution may write. Locks it. Internal.
create or replace function ingest.assert_pipeline_lease(p_run uuid, p_generation int) returns ingest.pipeline_runs
language plpgsql
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
begin
  select * into run from ingest.pipeline_runs r where r.org_id = private.org_id() and r.id = p_run for no key update;
  if run.id is null or run.status <> 'running' or run.lease_generation <> p_generation then
    perform core.raise('IN007', 'the run was taken over or cancelled', 'Nothing was written.');
  end if;
  return run;
end
$$;
comment on function ingest.assert_pipeline_lease(uuid, int) is 'Locks a running execution of this generation. Error IN007. Internal.';
