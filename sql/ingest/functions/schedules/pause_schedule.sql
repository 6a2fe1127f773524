-- Nothing is started any more; what waits is cancelled, what runs goes on. Due times while it rests do not count as missed.
create or replace function ingest.pause_schedule(name text) returns ingest.schedules
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.schedules;
begin
  perform core.require('pipeline.edit');
  s := ingest.find_schedule(pause_schedule.name);
  update ingest.schedules x set paused = true, next_due_at = null, pending_cause = null
   where x.org_id = s.org_id and x.id = s.id
  returning * into s;
  update ingest.schedule_runs r set state = 'cancelled', try_at = null, ended_at = clock_timestamp(), reason = 'the schedule was paused'
   where r.org_id = s.org_id and r.schedule_id = s.id and r.state = 'waiting';
  update ingest.schedule_upstreams u set satisfied_at = null where u.org_id = s.org_id and u.schedule_id = s.id and u.satisfied_at is not null;
  perform audit.record('schedule.pause', 'schedule', s.id::text, jsonb_build_object('name', s.name));
  return s;
end
$$;
comment on function ingest.pause_schedule(text) is 'Pauses a schedule. Needs pipeline.edit. Error IN090.';
grant execute on function ingest.pause_schedule(text) to cadastre_user, cadastre_worker;
