--! owner: cadastre_system
-- The end of a load, for the schedule's run that it belongs to; and its success, for the schedules that wait for its
-- dataset or for the pipeline whose result it is. Written in the load's own transaction: no commit, no signal.
create or replace function ingest.tg_runs__signal() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into private.schedule_signals (org_id, kind, object_id)
  select r.org_id, 'run', r.id from ingest.schedule_runs r
   where r.org_id = new.org_id and r.state = 'running' and r.load_ids @> array[new.id];
  if new.status = 'succeeded' then
    insert into private.schedule_signals (org_id, kind, object_id, cause)
    select new.org_id, 'dataset', new.dataset_id, new.id
     where exists (select from ingest.schedule_upstreams u where u.org_id = new.org_id and u.dataset_id = new.dataset_id)
    union all
    select p.org_id, 'pipeline', p.pipeline_id, p.id from ingest.pipeline_runs p
     where p.org_id = new.org_id and p.run_id = new.id and p.status = 'submitted'
       and exists (select from ingest.schedule_upstreams u where u.org_id = p.org_id and u.pipeline_id = p.pipeline_id);
  end if;
  return null;
end
$$;
comment on function ingest.tg_runs__signal() is 'Trigger: tells the tick that a load has ended.';
revoke execute on function ingest.tg_runs__signal() from public;
grant execute on function ingest.tg_runs__signal() to cadastre_owner;
