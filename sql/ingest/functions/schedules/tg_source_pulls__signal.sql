--! owner: cadastre_system
-- The end of a reading, for the schedule's run or the backfill that started it. Where none did, a look into two indexes is
-- all it costs.
create or replace function ingest.tg_source_pulls__signal() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into private.schedule_signals (org_id, kind, object_id)
  select r.org_id, 'run', r.id from ingest.schedule_runs r
   where r.org_id = new.org_id and r.pull_id = new.id and r.state = 'running'
  union all
  select b.org_id, 'backfill', b.backfill_id from ingest.backfill_slices b
   where b.org_id = new.org_id and b.pull_id = new.id and b.state = 'running';
  return null;
end
$$;
comment on function ingest.tg_source_pulls__signal() is 'Trigger: tells the tick that a reading has ended.';
revoke execute on function ingest.tg_source_pulls__signal() from public;
grant execute on function ingest.tg_source_pulls__signal() to cadastre_owner;
