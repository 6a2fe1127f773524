--! owner: cadastre_jobs
-- The turn that is being served: the lowest of the jobs that could be taken now. Read from the queue's own index, in the
-- order in which jobs are taken. Jobs without a turn (0: taken over, tried again) do not count, nor those of an
-- organization whose queue is busy: one slow file must not hold the turn back for everybody.
create or replace function core.turn_served() returns int
language plpgsql stable security definer
set search_path = ''
-- The plan is kept, and is often made while the queue is empty: sorting looks cheap then, and stays with a backlog.
set enable_sort = off
as $$
begin
  return (
    select j.priority
      from graphile_worker._private_jobs j
      left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
     where j.is_available and j.priority > 0 and q.is_available is not false
     order by j.priority, j.run_at
     limit 1);
end
$$;
comment on function core.turn_served() is 'Lowest turn of the jobs that can be taken now; null when none has one.';
revoke execute on function core.turn_served() from public;
grant execute on function core.turn_served() to cadastre_system;
