-- Which schedule's success makes which other one due, within the asking organization: through a pipeline, or through a
-- dataset that is loaded by the one and awaited by the other. Internal.
create or replace function ingest.schedule_edges() returns table (from_id uuid, to_id uuid)
language sql stable
set search_path = ''
as $$
  with made as (
    select s.id, s.pipeline_id, null::text as dataset
      from ingest.schedules s where s.org_id = (select private.org_id()) and s.pipeline_id is not null
    union all
    select s.id, null, x.dataset_name
      from ingest.schedules s join ingest.sources x on x.org_id = s.org_id and x.id = s.source_id
     where s.org_id = (select private.org_id())
    union all
    select s.id, null, t.dataset
      from ingest.schedules s
      join ingest.pipelines p on p.org_id = s.org_id and p.id = s.pipeline_id
      join ingest.pipeline_versions v on v.org_id = p.org_id and v.pipeline_id = p.id and v.version = p.version
      cross join lateral (
        select v.definition ->> 'dataset' as dataset
        union all select v.definition #>> '{output,dataset}'
        union all select e #>> '{output,dataset}' from jsonb_array_elements(
          case when jsonb_typeof(v.definition -> 'steps') = 'array' then v.definition -> 'steps' else '[]' end) e) t
     where s.org_id = (select private.org_id()) and t.dataset is not null
  )
  select distinct m.id, u.schedule_id
    from ingest.schedule_upstreams u
    left join data.datasets d on d.org_id = u.org_id and d.id = u.dataset_id
    join made m on m.pipeline_id = u.pipeline_id or m.dataset = d.name
   where u.org_id = (select private.org_id())
$$;
comment on function ingest.schedule_edges() is 'Pairs of schedules of which the first''s success makes the second due. Internal.';
