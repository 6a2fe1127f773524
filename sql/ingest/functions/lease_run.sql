-- Takes a run for a worker: nobody else may write it until the lease is over. Each taking is a new generation; what
-- earlier ones left is dropped. No row: there is nothing to do. IN007: somebody else is at it.
--
-- Files of one dataset are loaded in the order in which they came, whatever happens to one of them on its way (a worker
-- that dies over it, a store that is down): a later snapshot must not be overwritten by an earlier one. A file that is
-- behind another one is left, and queued again when that one ends.
create or replace function ingest.lease_run(p_run uuid, p_worker text, p_seconds int default 60) returns setof ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.execute');
  begin
    select * into run from ingest.runs r where r.org_id = private.org_id() and r.id = p_run for no key update nowait;
  exception when lock_not_available then
    perform core.raise('IN007', 'another worker is merging the run', 'It is tried again later.');
  end;
  if run.id is null or run.status not in ('queued', 'waiting', 'running') then
    return;
  end if;
  -- The same worker comes back after it lost its connection: the lease is its own.
  if run.status = 'running' and run.lease_until > clock_timestamp() and run.worker_id is distinct from p_worker then
    perform core.raise('IN007', 'another worker holds the run', 'It is tried again when the lease is over.');
  end if;
  if ingest.is_behind(run) then
    return;
  end if;
  perform ingest.drop_landing(run.id, run.lease_generation);
  delete from ingest.row_issues i where i.org_id = run.org_id and i.run_id = run.id;
  delete from ingest.rejected_rows x where x.org_id = run.org_id and x.run_id = run.id;
  update ingest.run_steps s set status = 'failed', finished_at = clock_timestamp()
   where s.org_id = run.org_id and s.run_id = run.id and s.status = 'running';
  update ingest.runs r
     set status = 'running', step = null, lease_generation = r.lease_generation + 1, attempts = r.attempts + 1,
         lease_until = clock_timestamp() + make_interval(secs => p_seconds), worker_id = p_worker,
         started_at = coalesce(r.started_at, clock_timestamp()), error = null, bytes_done = 0
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform ingest.tell_run(run.org_id, run.id);
  return next run;
end
$$;
comment on function ingest.lease_run(uuid, text, int) is
  'Takes a queued, waiting or abandoned run for a worker; no row: nothing to do. Error IN007: another worker holds it.';
grant execute on function ingest.lease_run(uuid, text, int) to cadastre_worker;
