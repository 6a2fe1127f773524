-- The end of an execution that cannot be done: why, in which step, what to do. Nothing of it was loaded. What holds
-- values of rows is kept apart.
create or replace function ingest.fail_pipeline_run(p_run uuid, p_generation int, p_error jsonb, p_told text default null,
                                                    p_sample jsonb default null)
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
     set status = 'failed', finished_at = clock_timestamp(), lease_until = null, error = p_error
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  if p_told is not null or p_sample is not null then
    insert into ingest.pipeline_failures (org_id, pipeline_run_id, message, sample)
    values (run.org_id, run.id, left(coalesce(p_told, p_error ->> 'message'), 5000), p_sample);
  end if;
  perform audit.record('pipeline.fail', 'pipeline', run.pipeline_id::text, jsonb_build_object('run', run.id, 'code', p_error ->> 'code'));
  perform ingest.tell_pipeline_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.fail_pipeline_run(uuid, int, jsonb, text, jsonb) is
  'Ends an execution with {code, message, hint, step, position}; apart from it what holds rows'' values. Error IN007.';
grant execute on function ingest.fail_pipeline_run(uuid, int, jsonb, text, jsonb) to cadastre_worker;
