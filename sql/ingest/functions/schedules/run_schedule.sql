-- Starts a schedule's target now, within its limits: one waits, not more.
create or replace function ingest.run_schedule(name text) returns ingest.schedule_runs
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.schedules;
  r ingest.schedule_runs;
begin
  perform core.require('pipeline.execute');
  s := ingest.find_schedule(run_schedule.name);
  perform ingest.require_target(s.source_id);
  select * into r from ingest.schedule_runs x where x.org_id = s.org_id and x.schedule_id = s.id and x.state = 'waiting';
  if r.id is null then
    insert into ingest.schedule_runs (org_id, schedule_id, trigger, try_at, requested_by)
    values (s.org_id, s.id, 'hand', clock_timestamp(), private.user_id())
    returning * into r;
  end if;
  perform audit.record('schedule.run', 'schedule', s.id::text, jsonb_build_object('name', s.name, 'run', r.id));
  return r;
end
$$;
comment on function ingest.run_schedule(text) is
  'Starts a schedule by hand; where one waits already, gives that. Needs pipeline.execute, and datasource.execute for a source. Error IN090.';
grant execute on function ingest.run_schedule(text) to cadastre_user, cadastre_worker;
