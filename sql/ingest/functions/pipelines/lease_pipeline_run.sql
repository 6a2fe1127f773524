-- Takes an execution for a worker, as ingest.lease_run takes a load. No row: there is nothing to do. IN007: somebody else
-- is at it. What an earlier taking recorded is dropped: an execution begins from the start. It acts for a live member or,
-- where the organization's service saved or asked, for the service; with nobody left to act for, it is not run.
create or replace function ingest.lease_pipeline_run(p_run uuid, p_worker text, p_seconds int default 20)
returns setof ingest.pipeline_runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
begin
  perform core.require('pipeline.execute');
  select * into run from ingest.pipeline_runs r where r.org_id = private.org_id() and r.id = p_run for no key update;
  if run.id is null or run.status not in ('queued', 'waiting', 'running') then
    return;
  end if;
  if run.status = 'running' and run.lease_until > clock_timestamp() and run.worker_id is distinct from p_worker then
    perform core.raise('IN007', 'another worker holds the run', 'It is tried again when the lease is over.');
  end if;
  delete from ingest.pipeline_run_steps s where s.org_id = run.org_id and s.pipeline_run_id = run.id;
  delete from ingest.pipeline_failures f where f.org_id = run.org_id and f.pipeline_run_id = run.id;
  update ingest.pipeline_runs r
     set status = 'running', lease_generation = r.lease_generation + 1, attempts = r.attempts + 1,
         lease_until = clock_timestamp() + make_interval(secs => p_seconds), worker_id = p_worker,
         started_at = coalesce(r.started_at, clock_timestamp()), error = null
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform ingest.tell_pipeline_run(run.org_id, run.id);
  return next run;
end
$$;
comment on function ingest.lease_pipeline_run(uuid, text, int) is
  'Takes a queued, waiting or abandoned execution for a worker; no row: nothing to do. Error IN007: another worker holds it.';
grant execute on function ingest.lease_pipeline_run(uuid, text, int) to cadastre_worker;
