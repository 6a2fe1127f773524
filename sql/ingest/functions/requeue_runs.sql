--! owner: cadastre_system
-- Runs that wait for their turn and have no job in the queue any more: queued again. There should be none; a job that is lost
-- (a zombie's word, a queue restored from a backup) must not leave a file lying for ever.
create or replace function ingest.requeue_runs(older_than interval default '1 minute') returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  run record;
  done bigint := 0;
  batch constant int := 10000;
begin
  perform core.require('platform.manage');
  for run in
    with open as materialized (
      select r.org_id, r.id from ingest.runs r
       where r.status in ('queued', 'waiting') and not r.is_behind
         and greatest(r.created_at, coalesce((r.error ->> 'retry_at')::timestamptz, r.created_at)) < clock_timestamp() - older_than
       order by r.created_at limit batch
    ), lost as (
      select unnest(core.missing_jobs(array(select 'run:' || o.id from open o))) as key
    )
    select o.org_id, o.id from open o join lost l on l.key = 'run:' || o.id
  loop
    perform ingest.queue_run(run.org_id, run.id);
    done := done + 1;
  end loop;
  return done;
end
$$;
comment on function ingest.requeue_runs(interval) is 'Queues runs again whose job is lost; returns how many. Needs platform.manage.';
revoke execute on function ingest.requeue_runs(interval) from public;
grant execute on function ingest.requeue_runs(interval) to cadastre_worker;
