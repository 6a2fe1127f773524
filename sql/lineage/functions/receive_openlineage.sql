-- An event of others: what its job makes of what. Columns where the event tells them, else the outputs as wholes from the
-- inputs as wholes. Told again it replaces what the same job told of the same output. An event that only starts a run, or
-- failed, tells nothing that is kept but the job.
create or replace function lineage.receive_openlineage(event jsonb) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  max_ends constant int := 500;
  job text := (event -> 'job' ->> 'namespace') || '/' || (event -> 'job' ->> 'name');
  output jsonb;
  target uuid;
  told jsonb;
  total int := 0;
begin
  perform core.require('lineage.edit');
  if pg_column_size(event) > 2000000 or jsonb_array_length(coalesce(event -> 'inputs', '[]')) > max_ends
     or jsonb_array_length(coalesce(event -> 'outputs', '[]')) > max_ends then
    perform core.raise('LN003', format('an event has at most %s inputs and outputs and 2 MB', max_ends), 'Send it in parts.', 'event');
  end if;
  if job is not null then
    perform lineage.put_node('job', event -> 'job' ->> 'namespace', event -> 'job' ->> 'name', null,
      jsonb_strip_nulls(jsonb_build_object('event', event ->> 'eventType', 'time', event ->> 'eventTime', 'producer', left(event ->> 'producer', 500),
        'sql', left(event -> 'job' -> 'facets' -> 'sql' ->> 'query', 50000))));
  end if;
  if coalesce(event ->> 'eventType', 'COMPLETE') in ('START', 'FAIL', 'ABORT') then
    return 0;
  end if;
  for output in
    select o from jsonb_array_elements(coalesce(event -> 'outputs', '[]')) o
    union all select event -> 'dataset' where event ? 'dataset'
  loop
    target := lineage.openlineage_node(output ->> 'namespace', output ->> 'name');
    with facet as (
      select output -> 'facets' -> 'columnLineage' as f
    ), flat as (
      select c.key as to_column, i as input from facet, jsonb_each(f -> 'fields') c, jsonb_array_elements(c.value -> 'inputFields') i
      union all
      select '', i from facet, jsonb_array_elements(coalesce(f -> 'dataset', '[]')) i
      union all
      -- No word of columns: the whole of each input.
      select '', jsonb_build_object('namespace', i ->> 'namespace', 'name', i ->> 'name', 'field', '',
                                    'transformations', '[{"type": "DIRECT", "subtype": "TRANSFORMATION"}]'::jsonb)
        from facet, jsonb_array_elements(coalesce(event -> 'inputs', '[]')) i where f is null
    ), ends as materialized (
      select e.namespace, e.name, lineage.openlineage_node(e.namespace, e.name) as id
        from (select distinct input ->> 'namespace' as namespace, input ->> 'name' as name from flat) e
    )
    select coalesce(jsonb_agg(jsonb_build_object('from_node', e.id, 'from_column', left(flat.input ->> 'field', 500), 'to_column', left(flat.to_column, 500),
             'type', case when h ->> 'type' = 'INDIRECT' then 'INDIRECT' else 'DIRECT' end,
             'subtype', left(coalesce(nullif(h ->> 'subtype', ''), 'TRANSFORMATION'), 100))), '[]')
      into told
      from flat
      join ends e on e.namespace = flat.input ->> 'namespace' and e.name = flat.input ->> 'name'
      cross join jsonb_array_elements(case when jsonb_array_length(coalesce(flat.input -> 'transformations', '[]')) = 0
                                           then '[{"type": "DIRECT"}]'::jsonb else flat.input -> 'transformations' end) h;
    total := total + lineage.put_columns(target, 'openlineage:' || coalesce(job, event ->> 'producer'), told);
  end loop;
  return total;
end
$$;
comment on function lineage.receive_openlineage(jsonb) is
  'Takes an OpenLineage RunEvent, JobEvent or DatasetEvent of others into the lineage; returns the mappings in force. Needs lineage.edit. Error LN003.';
revoke execute on function lineage.receive_openlineage(jsonb) from public;
grant execute on function lineage.receive_openlineage(jsonb) to cadastre_user, cadastre_worker;
