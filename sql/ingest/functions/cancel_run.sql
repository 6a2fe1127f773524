-- Ends a run that is not finished. A worker that is busy with it finds its lease gone at the next beat and stops;
-- nothing of it was merged, since the merge commits together with the run's end.
create or replace function ingest.cancel_run(run_id uuid) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.execute');
  run := ingest.find_run(cancel_run.run_id, '{queued,running,waiting,held}');
  update ingest.runs r
     set status = 'cancelled', finished_at = clock_timestamp(), lease_generation = r.lease_generation + 1, lease_until = null
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform audit.record('run.cancel', 'run', run.id::text);
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.cancel_run(uuid) is 'Cancels a run that is queued, running, waiting or held. Needs run.execute. Errors: IN005, IN006.';
grant execute on function ingest.cancel_run(uuid) to cadastre_user, cadastre_worker;
