--! owner: cadastre_jobs
-- Jobs of workers that died (kill -9, lost machine) go back to the queue at once instead of after four hours.
-- Dead: named by a job's lock, not among the living, and the lock older than the grace that a new worker needs to
-- say that it lives. A job that was queued anew while somebody had it is not tried again (the queue takes its key and uses its
-- attempts up): where it did not end well it goes, instead of lying there for ever.
--
-- So do jobs that living ones have by the queue's word and not by their own (held): the connection was lost between the
-- taking and its answer.
drop function if exists core.unlock_dead_workers(text[], interval);
create or replace function core.unlock_dead_workers(alive text[], grace interval, held jsonb, out dead text[], out lost bigint[])
language plpgsql security definer
set search_path = ''
as $$
begin
  select coalesce(array_agg(distinct l.locked_by), '{}') into dead
    from (select j.locked_by, j.locked_at from graphile_worker._private_jobs j
          union all
          select q.locked_by, q.locked_at from graphile_worker._private_job_queues q) l
   where l.locked_by <> all (alive) and l.locked_at < clock_timestamp() - grace;
  with put_back as (
    update graphile_worker._private_jobs j set locked_at = null, locked_by = null
     where j.locked_at < clock_timestamp() - grace and held ? j.locked_by and not held -> j.locked_by ? j.id::text
    returning j.id
  )
  select coalesce(array_agg(p.id), '{}') into lost from put_back p;
  if cardinality(dead) > 0 then
    perform graphile_worker.force_unlock_workers(dead);
  end if;
  -- A queue is locked and unlocked together with a job of it: one without such a job waits for nobody.
  update graphile_worker._private_job_queues q set locked_at = null, locked_by = null
   where q.locked_at < clock_timestamp() - grace and held ? q.locked_by
     and not exists (select from graphile_worker._private_jobs j where j.job_queue_id = q.id and j.locked_by = q.locked_by);
  delete from graphile_worker._private_jobs j where j.locked_by is null and j.key is null and j.attempts >= j.max_attempts;
end
$$;
comment on function core.unlock_dead_workers(text[], interval, jsonb) is
  'Returns jobs of dead workers to the queue, and those that living ones ({worker: [ids of jobs that it has]}) do not know of; gives those workers and jobs.';
revoke execute on function core.unlock_dead_workers(text[], interval, jsonb) from public;
grant execute on function core.unlock_dead_workers(text[], interval, jsonb) to cadastre_worker, cadastre_system;
