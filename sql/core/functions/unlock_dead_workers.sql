--! owner: cadastre_jobs
-- Jobs of workers that died (kill -9, lost machine) go back to the queue at once instead of after four hours.
-- Dead: named by a job's lock, not among the living, and the lock older than the grace that a new worker needs to
-- say that it lives. A job that was queued anew while the dead one had it is not tried again (the queue takes its key and
-- uses its attempts up), so it goes instead of lying there for ever.
create or replace function core.unlock_dead_workers(alive text[], grace interval) returns text[]
language plpgsql security definer
set search_path = ''
as $$
declare
  dead text[];
begin
  select coalesce(array_agg(distinct j.locked_by), '{}') into dead
    from graphile_worker.jobs j
   where j.locked_by is not null and j.locked_by <> all (alive) and j.locked_at < clock_timestamp() - grace;
  if cardinality(dead) > 0 then
    delete from graphile_worker._private_jobs j
     where j.locked_by = any (dead) and j.key is null and j.attempts >= j.max_attempts;
    perform graphile_worker.force_unlock_workers(dead);
  end if;
  return dead;
end
$$;
comment on function core.unlock_dead_workers(text[], interval) is
  'Returns jobs of dead workers to the queue; gives the ids of those workers.';
revoke execute on function core.unlock_dead_workers(text[], interval) from public;
grant execute on function core.unlock_dead_workers(text[], interval) to cadastre_worker, cadastre_system;
