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
  select coalesce(array_agg(distinct j.locked_by) filter (where j.locked_by <> all (alive)), '{}'),
         coalesce(array_agg(j.id) filter (where j.locked_by = any (alive) and held ? j.locked_by and not held -> j.locked_by ? j.id::text), '{}')
    into dead, lost
    from graphile_worker._private_jobs j
   where j.locked_by is not null and j.locked_at < clock_timestamp() - grace;
  delete from graphile_worker._private_jobs j
   where j.key is null and j.attempts >= j.max_attempts and (j.locked_by is null or j.locked_by = any (dead) or j.id = any (lost));
  if cardinality(dead) > 0 or cardinality(lost) > 0 then
    update graphile_worker._private_job_queues q set locked_at = null, locked_by = null
     where exists (select from graphile_worker._private_jobs j
                    where j.id = any (lost) and j.job_queue_id = q.id and j.locked_by = q.locked_by);
    update graphile_worker._private_jobs j set locked_at = null, locked_by = null where j.id = any (lost);
    perform graphile_worker.force_unlock_workers(dead);
  end if;
end
$$;
comment on function core.unlock_dead_workers(text[], interval, jsonb) is
  'Returns jobs of dead workers to the queue, and those that living ones ({worker: [ids of jobs that it has]}) do not know of; gives those workers and jobs.';
revoke execute on function core.unlock_dead_workers(text[], interval, jsonb) from public;
grant execute on function core.unlock_dead_workers(text[], interval, jsonb) to cadastre_worker, cadastre_system;
