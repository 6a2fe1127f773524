-- A store is down or a connection was lost: the execution waits and is tried again later by itself, from the start.
create or replace function ingest.park_pipeline_run(p_run uuid, p_generation int, p_error jsonb, p_retry_at timestamptz)
returns ingest.pipeline_runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
begin
  perform core.require('pipeline.execute');
  run := ingest.assert_pipeline_lease(p_run, p_generation);
  update ingest.pipeline_runs r
     set status = 'waiting', lease_until = null, error = p_error || jsonb_build_object('retry_at', p_retry_at)
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform ingest.queue_pipeline_run(run.org_id, run.id, p_retry_at);
  perform ingest.tell_pipeline_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.park_pipeline_run(uuid, int, jsonb, timestamptz) is 'Puts an execution aside until a time, with the reason. Error IN007.';
grant execute on function ingest.park_pipeline_run(uuid, int, jsonb, timestamptz) to cadastre_worker;
