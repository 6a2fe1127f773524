-- The dataset that a run writes, as an output of OpenLineage: schema, version, documentation, columns from the file's and,
-- where a pipeline told them, from other datasets. Internal.
create or replace function lineage.openlineage_output(p_run ingest.runs, p_namespace text, p_input text) returns jsonb
language sql stable
set search_path = ''
as $$
  with fields as (
    select f.* from data.fields f
     where f.org_id = p_run.org_id and f.dataset_id = p_run.dataset_id and f.retired_at is null
  ), inputs as (
    select f.name as field, jsonb_build_object('namespace', p_namespace, 'name', p_input, 'field', f.source_name,
             'transformations', jsonb_build_array(jsonb_build_object('type', 'DIRECT',
               'subtype', case f.type when 'text' then 'IDENTITY' else 'TRANSFORMATION' end))) as input
      from fields f
    union all
    select c.to_column, jsonb_build_object('namespace', case when n.namespace = '' then p_namespace else n.namespace end, 'name', n.name,
             'field', c.from_column, 'transformations', jsonb_agg(jsonb_build_object('type', c.type, 'subtype', c.subtype) order by c.type, c.subtype))
      from lineage.columns c
      join lineage.nodes t on t.org_id = c.org_id and t.id = c.to_node and t.dataset_id = p_run.dataset_id and t.kind = 'dataset'
      join lineage.nodes n on n.org_id = c.org_id and n.id = c.from_node and n.kind <> 'pipeline'
     where c.org_id = p_run.org_id and c.valid_to is null and c.source not like 'openlineage:%'
     group by c.to_column, n.namespace, n.name, c.from_column
  )
  select jsonb_build_object('namespace', p_namespace, 'name', p_run.dataset_name,
    'facets', jsonb_strip_nulls(jsonb_build_object(
      'schema', lineage.openlineage_facet('SchemaDatasetFacet', '1-2-0', jsonb_build_object('fields', coalesce((
        select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', f.name, 'type', f.type, 'description', nullif(f.description, ''),
                 'ordinal_position', f.position)) order by f.position) from fields f), '[]'))),
      'version', lineage.openlineage_facet('DatasetVersionDatasetFacet', '1-0-1',
        jsonb_build_object('datasetVersion', coalesce(p_run.contract_version, d.contract_version)::text)),
      'documentation', case when d.description <> '' then
        lineage.openlineage_facet('DocumentationDatasetFacet', '1-1-0', jsonb_build_object('description', d.description)) end,
      'columnLineage', lineage.openlineage_facet('ColumnLineageDatasetFacet', '1-2-0', jsonb_build_object(
        'fields', coalesce((select jsonb_object_agg(i.field, jsonb_build_object('inputFields', i.list))
                              from (select x.field, jsonb_agg(x.input) as list from inputs x where x.field <> '' group by 1) i), '{}'),
        'dataset', coalesce((select jsonb_agg(x.input) from inputs x where x.field = ''), '[]'))))),
    'outputFacets', case when p_run.status = 'succeeded' then jsonb_build_object('outputStatistics',
      lineage.openlineage_facet('OutputStatisticsOutputDatasetFacet', '1-0-2',
        jsonb_build_object('rowCount', p_run.inserted_rows + p_run.updated_rows, 'fileCount', 1))) else '{}' end)
    from data.datasets d where d.org_id = p_run.org_id and d.id = p_run.dataset_id
$$;
comment on function lineage.openlineage_output(ingest.runs, text, text) is 'A run''s dataset as an output of OpenLineage. Internal.';
