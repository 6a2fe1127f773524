-- Changes a schedule; what is null stays. What waits and what runs goes on.
create or replace function ingest.alter_schedule(
  name text, new_name text default null, trigger text default null, cron text default null, time_zone text default null,
  every interval default null, upstreams jsonb default null, upstream_mode text default null, dataset text default null,
  max_age interval default null, catch_up text default null
) returns ingest.schedules
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.schedules;
begin
  perform core.require('pipeline.edit');
  s := ingest.find_schedule(alter_schedule.name);
  perform ingest.require_target(s.source_id);
  s.name := coalesce(alter_schedule.new_name, s.name);
  s.trigger := coalesce(alter_schedule.trigger, s.trigger);
  s.cron := coalesce(alter_schedule.cron, s.cron);
  s.time_zone := coalesce(alter_schedule.time_zone, s.time_zone);
  s.every := coalesce(alter_schedule.every, s.every);
  s.upstream_mode := coalesce(alter_schedule.upstream_mode, s.upstream_mode);
  if alter_schedule.dataset is not null then
    s.dataset_id := (select d.id from data.datasets d where d.org_id = s.org_id and d.name = alter_schedule.dataset);
  end if;
  s.max_age := coalesce(alter_schedule.max_age, s.max_age);
  s.catch_up := coalesce(alter_schedule.catch_up, s.catch_up);
  s := ingest.save_schedule(s, alter_schedule.upstreams, false);
  perform audit.record('schedule.alter', 'schedule', s.id::text, jsonb_strip_nulls(jsonb_build_object('name', s.name, 'trigger', s.trigger,
    'cron', s.cron, 'time_zone', s.time_zone, 'every', s.every, 'upstreams', alter_schedule.upstreams, 'max_age', s.max_age)));
  return s;
end
$$;
comment on function ingest.alter_schedule(text, text, text, text, text, interval, jsonb, text, text, interval, text) is
  'Changes a schedule; null: stays. Needs pipeline.edit, and datasource.execute or pipeline.execute. Errors: IN090 to IN095.';
grant execute on function ingest.alter_schedule(text, text, text, text, text, interval, jsonb, text, text, interval, text) to cadastre_user, cadastre_worker;
