-- A store is down or a connection was lost: the run waits and is tried again later by itself. It keeps its attempts:
-- waiting uses up none of the job's. p_fault: nobody foresaw the error; that often it is tried again and no further.
drop function if exists ingest.park_run(uuid, int, jsonb, timestamptz);
create or replace function ingest.park_run(p_run uuid, p_generation int, p_error jsonb, p_retry_at timestamptz, p_fault boolean default false)
returns ingest.runs
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
     set status = 'waiting', lease_until = null, faults = r.faults + p_fault::int, error = p_error || jsonb_build_object('retry_at', p_retry_at)
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform ingest.queue_run(run.org_id, run.id, p_retry_at);
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.park_run(uuid, int, jsonb, timestamptz, boolean) is 'Puts a run aside until a time, with the reason. Error IN007.';
grant execute on function ingest.park_run(uuid, int, jsonb, timestamptz, boolean) to cadastre_worker;
