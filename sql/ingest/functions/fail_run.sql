-- The end of a run that cannot be loaded: why, and what to do, for people. Nothing of it was merged.
create or replace function ingest.fail_run(p_run uuid, p_generation int, p_error jsonb) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  perform ingest.drop_landing(run.id, p_generation);
  perform ingest.end_steps(run.org_id, run.id, 'failed');
  update ingest.runs r
     set status = 'failed', finished_at = clock_timestamp(), lease_until = null, error = p_error
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform audit.record('run.fail', 'run', run.id::text, jsonb_build_object('code', p_error ->> 'code'));
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.fail_run(uuid, int, jsonb) is 'Ends a run with {code, message, hint, line, column}. Error IN007.';
grant execute on function ingest.fail_run(uuid, int, jsonb) to cadastre_worker;
