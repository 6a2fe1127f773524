--! owner: cadastre_system
-- The end of an execution, for the schedule's run or the backfill that started it; and its success, for the schedules that wait for the
-- pipeline: at once where there was nothing to load, with the load's success otherwise (ingest.tg_runs__signal).
create or replace function ingest.tg_pipeline_runs__signal() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into private.schedule_signals (org_id, kind, object_id)
  select r.org_id, 'run', r.id from ingest.schedule_runs r
   where r.org_id = new.org_id and r.pipeline_run_id = new.id and r.state = 'running'
  union all
  select b.org_id, 'backfill', b.backfill_id from ingest.backfill_slices b
   where b.org_id = new.org_id and b.pipeline_run_id = new.id and b.state = 'running';
  if new.status = 'succeeded'
     or (new.status = 'submitted' and exists (select from ingest.runs x where x.org_id = new.org_id and x.id = new.run_id and x.status in ('duplicate', 'succeeded'))) then
    insert into private.schedule_signals (org_id, kind, object_id, cause)
    select new.org_id, 'pipeline', new.pipeline_id, new.id
     where exists (select from ingest.schedule_upstreams u where u.org_id = new.org_id and u.pipeline_id = new.pipeline_id);
  end if;
  return null;
end
$$;
comment on function ingest.tg_pipeline_runs__signal() is 'Trigger: tells the tick that an execution has ended.';
revoke execute on function ingest.tg_pipeline_runs__signal() from public;
grant execute on function ingest.tg_pipeline_runs__signal() to cadastre_owner;
