-- What creating and altering a schedule have in common: everything is asked before the row is written, the upstreams are
-- put, cycles refused. p_upstreams null: they stay. Internal.
create or replace function ingest.save_schedule(p_schedule ingest.schedules, p_upstreams jsonb, p_new boolean) returns ingest.schedules
language plpgsql
set search_path = ''
as $$
#variable_conflict use_column
declare
  s ingest.schedules := p_schedule;
  source ingest.sources;
  upstream jsonb;
  pipeline uuid;
  dataset uuid;
  most_upstreams constant int := 50;
begin
  if s.name is null or s.name !~ '^[a-z][a-z0-9_-]{0,49}$' then
    perform core.raise('IN093', 'a schedule''s name is 1 to 50 lower-case letters, digits, hyphens and underscores, beginning with a letter',
      'Use a name such as "nightly-orders".', 'name');
  elsif s.trigger is null or s.trigger not in ('cron', 'interval', 'new_object', 'upstream', 'freshness', 'hand') then
    perform core.raise('IN093', 'this is not a trigger', 'Use cron, interval, new_object, upstream, freshness or hand.', 'trigger');
  elsif s.catch_up is null or s.catch_up not in ('once', 'none') then
    perform core.raise('IN093', 'this is not a way to catch up', 'Use once or none.', 'catchUp');
  elsif s.upstream_mode is null or s.upstream_mode not in ('any', 'all') then
    perform core.raise('IN093', 'upstreams count as any or all', 'Use any or all.', 'upstreamMode');
  end if;
  perform ingest.check_time_zone(s.time_zone);
  -- What another trigger would need is forgotten.
  if s.trigger = 'cron' then
    perform ingest.next_time(s.cron, s.time_zone, clock_timestamp());
  else
    s.cron := null;
  end if;
  if s.trigger in ('interval', 'new_object') then
    if s.every is null or s.every < interval '1 second' or s.every > interval '366 days' then
      perform core.raise('IN093', 'the interval is missing or out of bounds', 'Give 1 second to 366 days.', 'every');
    end if;
  else
    s.every := null;
  end if;
  if s.trigger = 'freshness' then
    if s.dataset_id is null then
      perform core.raise('IN093', 'a freshness target needs a dataset that is there', 'Name a dataset of your organization.', 'dataset');
    elsif s.max_age is null or s.max_age < interval '10 seconds' or s.max_age > interval '366 days' then
      perform core.raise('IN093', 'the greatest age is missing or out of bounds', 'Give 10 seconds to 366 days.', 'maxAge');
    end if;
  else
    s.dataset_id := null;
    s.max_age := null;
  end if;
  if s.source_id is not null then
    select * into source from ingest.sources x where x.org_id = s.org_id and x.id = s.source_id;
  end if;
  if s.trigger = 'new_object' and source.how is distinct from 'new_objects' then
    perform core.raise('IN093', 'only a source of new objects is looked through for them', 'Use interval, or a source whose how is new_objects.', 'trigger');
  end if;
  if s.pipeline_id is not null and exists (
    select from ingest.pipelines p join ingest.pipeline_versions v on v.org_id = p.org_id and v.pipeline_id = p.id and v.version = p.version
     where p.org_id = s.org_id and p.id = s.pipeline_id and v.definition #>> '{input,kind}' = 'file') then
    perform core.raise('IN093', 'this pipeline waits for a file', 'Schedule a pipeline that reads datasets, or the source itself.', 'pipeline');
  end if;
  s.problem := null;
  s.pending_cause := null;
  s.next_due_at := ingest.plan_schedule(s);
  begin
    if p_new then
      insert into ingest.schedules values (s.*) returning * into s;
    else
      update ingest.schedules x
         set name = s.name, trigger = s.trigger, cron = s.cron, time_zone = s.time_zone, every = s.every, upstream_mode = s.upstream_mode,
             dataset_id = s.dataset_id, max_age = s.max_age, catch_up = s.catch_up, paused = s.paused, next_due_at = s.next_due_at,
             problem = null, pending_cause = null
       where x.org_id = s.org_id and x.id = s.id
      returning * into s;
    end if;
  exception when unique_violation then
    perform core.raise('IN095', format('there is a schedule %s already', s.name), 'Choose another name.', 'name');
  end;
  if p_upstreams is not null or s.trigger <> 'upstream' then
    delete from ingest.schedule_upstreams u where u.org_id = s.org_id and u.schedule_id = s.id;
  end if;
  if s.trigger = 'upstream' and p_upstreams is not null then
    if jsonb_typeof(p_upstreams) is distinct from 'array' or jsonb_array_length(p_upstreams) > most_upstreams then
      perform core.raise('IN093', 'the upstreams are not a list', format('Give up to %s of {"pipeline": name} or {"dataset": name}.', most_upstreams), 'upstreams');
    end if;
    for upstream in select distinct e from jsonb_array_elements(p_upstreams) e loop
      pipeline := null;
      dataset := null;
      select p.id into pipeline from ingest.pipelines p where p.org_id = s.org_id and p.name = upstream ->> 'pipeline';
      select d.id into dataset from data.datasets d where d.org_id = s.org_id and d.name = upstream ->> 'dataset';
      if num_nonnulls(pipeline, dataset) <> 1 then
        perform core.raise('IN093', format('there is no upstream %s', left(upstream::text, 100)),
          'Name a pipeline as {"pipeline": name} or a dataset as {"dataset": name}; both must be there.', 'upstreams');
      end if;
      insert into ingest.schedule_upstreams (org_id, schedule_id, pipeline_id, dataset_id) values (s.org_id, s.id, pipeline, dataset);
    end loop;
  end if;
  if s.trigger = 'upstream' and not exists (select from ingest.schedule_upstreams u where u.org_id = s.org_id and u.schedule_id = s.id) then
    perform core.raise('IN093', 'there is no upstream to wait for', 'Name at least one pipeline or dataset.', 'upstreams');
  end if;
  -- Outputs of this one may be awaited by others, so whatever its own trigger is.
  perform ingest.refuse_cycle(s.id);
  return s;
end
$$;
comment on function ingest.save_schedule(ingest.schedules, jsonb, boolean) is 'Errors: IN091 to IN095. Internal.';
