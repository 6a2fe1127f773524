-- Keeps a worker's lease; false: it is lost.
create or replace function ingest.beat_pipeline_run(p_run uuid, p_generation int, p_seconds int default 20) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('pipeline.execute');
  update ingest.pipeline_runs r set lease_until = clock_timestamp() + make_interval(secs => p_seconds)
   where r.org_id = private.org_id() and r.id = p_run and r.status = 'running' and r.lease_generation = p_generation;
  return found;
end
$$;
comment on function ingest.beat_pipeline_run(uuid, int, int) is 'Prolongs the lease of an execution; false when it is lost.';
grant execute on function ingest.beat_pipeline_run(uuid, int, int) to cadastre_worker;
