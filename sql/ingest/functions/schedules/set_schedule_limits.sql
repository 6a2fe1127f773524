-- How much an organization's schedules may do at once and in an hour.
create or replace function ingest.set_schedule_limits(max_running int default null, max_starts_per_hour int default null)
returns ingest.schedule_limits
language plpgsql security definer
set search_path = ''
as $$
declare
  l ingest.schedule_limits;
begin
  perform core.require('pipeline.approve');
  if set_schedule_limits.max_running not between 1 and 1000 then
    perform core.raise('IN093', 'the number of runs at once is out of bounds', 'Give 1 to 1000.', 'maxRunning');
  elsif set_schedule_limits.max_starts_per_hour not between 1 and 100000 then
    perform core.raise('IN093', 'the number of starts an hour is out of bounds', 'Give 1 to 100000.', 'maxStartsPerHour');
  end if;
  insert into ingest.schedule_limits (org_id) values (private.org_id()) on conflict do nothing;
  update ingest.schedule_limits x
     set max_running = coalesce(set_schedule_limits.max_running, x.max_running),
         max_starts_per_hour = coalesce(set_schedule_limits.max_starts_per_hour, x.max_starts_per_hour)
   where x.org_id = private.org_id()
  returning * into l;
  perform audit.record('schedule.limits', 'organization', l.org_id::text,
    jsonb_build_object('max_running', l.max_running, 'max_starts_per_hour', l.max_starts_per_hour));
  return l;
end
$$;
comment on function ingest.set_schedule_limits(int, int) is
  'Limits of the organization''s schedules: runs at once (20), starts in a clock hour (5000); null: stays. Needs pipeline.approve. Error IN093.';
grant execute on function ingest.set_schedule_limits(int, int) to cadastre_user, cadastre_worker;
