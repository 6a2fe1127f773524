-- Starts a source or a pipeline by itself from now on: by the clock, when objects are new, after others, in time for a
-- freshness target, or only by hand.
create or replace function ingest.create_schedule(
  name text, trigger text, source text default null, pipeline text default null, cron text default null, time_zone text default null,
  every interval default null, upstreams jsonb default null, upstream_mode text default 'any', dataset text default null,
  max_age interval default null, catch_up text default 'once', paused boolean default false
) returns ingest.schedules
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.schedules;
  most constant int := 5000;
begin
  perform core.require('pipeline.create');
  if num_nonnulls(nullif(create_schedule.source, ''), nullif(create_schedule.pipeline, '')) <> 1 then
    perform core.raise('IN093', 'a schedule starts one thing', 'Name a source or a pipeline.', 'target');
  end if;
  s.org_id := private.org_id();
  s.id := uuidv7();
  s.name := create_schedule.name;
  if nullif(create_schedule.source, '') is not null then
    s.source_id := (ingest.find_source(create_schedule.source)).id;
  else
    s.pipeline_id := (ingest.find_pipeline(create_schedule.pipeline)).id;
  end if;
  perform ingest.require_target(s.source_id);
  if (select count(*) from ingest.schedules x where x.org_id = s.org_id) >= most then
    perform core.raise('IN093', format('there are %s schedules already', most), 'Drop one first.', 'name');
  end if;
  s.trigger := create_schedule.trigger;
  s.cron := create_schedule.cron;
  s.time_zone := coalesce(create_schedule.time_zone, (select o.time_zone from tenancy.organizations o where o.id = s.org_id), 'UTC');
  s.every := create_schedule.every;
  s.upstream_mode := coalesce(create_schedule.upstream_mode, 'any');
  select d.id into s.dataset_id from data.datasets d where d.org_id = s.org_id and d.name = create_schedule.dataset;
  s.max_age := create_schedule.max_age;
  s.catch_up := coalesce(create_schedule.catch_up, 'once');
  s.paused := coalesce(create_schedule.paused, false);
  s.missed_count := 0;
  s.created_by := private.user_id();
  s.created_at := clock_timestamp();
  s.updated_at := s.created_at;
  s := ingest.save_schedule(s, create_schedule.upstreams, true);
  perform audit.record('schedule.create', 'schedule', s.id::text, jsonb_strip_nulls(jsonb_build_object('name', s.name, 'trigger', s.trigger,
    'source', s.source_id, 'pipeline', s.pipeline_id, 'cron', s.cron, 'time_zone', s.time_zone, 'every', s.every,
    'upstreams', create_schedule.upstreams, 'max_age', s.max_age)));
  return s;
end
$$;
comment on function ingest.create_schedule(text, text, text, text, text, text, interval, jsonb, text, text, interval, text, boolean) is
  'Adds a schedule of a source or pipeline (by name). trigger: cron (cron, time_zone; by default the organization''s, or UTC), interval (every), new_object (every), upstream (upstreams [{pipeline}|{dataset}], upstream_mode any|all), freshness (dataset, max_age), hand. Needs pipeline.create, and datasource.execute or pipeline.execute. Errors: IN063, IN085, IN091 cron, IN092 time zone, IN093 other fields, IN094 cycle, IN095 name taken.';
grant execute on function ingest.create_schedule(text, text, text, text, text, text, interval, jsonb, text, text, interval, text, boolean)
  to cadastre_user, cadastre_worker;
