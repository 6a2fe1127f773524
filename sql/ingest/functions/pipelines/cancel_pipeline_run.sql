-- Ends an execution that is not finished. A worker that is busy with it finds its lease gone at the next beat and stops.
create or replace function ingest.cancel_pipeline_run(pipeline_run_id uuid) returns ingest.pipeline_runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
begin
  perform core.require('pipeline.execute');
  run := ingest.find_pipeline_run(cancel_pipeline_run.pipeline_run_id, '{queued,running,waiting}');
  update ingest.pipeline_runs r
     set status = 'cancelled', finished_at = clock_timestamp(), lease_generation = r.lease_generation + 1, lease_until = null
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform audit.record('pipeline.cancel', 'pipeline', run.pipeline_id::text, jsonb_build_object('run', run.id));
  perform ingest.tell_pipeline_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.cancel_pipeline_run(uuid) is 'Cancels an execution that is queued, running or waiting. Needs pipeline.execute. Errors: IN005, IN006.';
grant execute on function ingest.cancel_pipeline_run(uuid) to cadastre_user, cadastre_worker;
