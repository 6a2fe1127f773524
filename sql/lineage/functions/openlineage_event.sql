-- A run's event as OpenLineage 2-0-2 has it, from the facts as they are now.
create or replace function lineage.openlineage_event(run_id uuid, event_type text default 'COMPLETE', occurred_at timestamptz default null)
returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  r ingest.runs;
  f ingest.files;
  place text;
  input text;
  query text;
  output jsonb;
  inputs jsonb;
begin
  select * into r from ingest.runs x where x.org_id = private.org_id() and x.id = run_id;
  if r.dataset_id is null then
    perform core.require('lineage.export');
  else
    perform data.require_on('lineage.export', r.dataset_id);
  end if;
  if r.id is null then
    perform core.raise('LN001', 'no such run', 'Check the run''s id; you see only your organization''s.', 'run_id');
  elsif event_type is null or event_type not in ('START', 'COMPLETE', 'FAIL', 'ABORT') then
    perform core.raise('LN004', 'the event has no such type', 'Give START, COMPLETE, FAIL or ABORT.', 'event_type');
  end if;
  select * into f from ingest.files x where x.org_id = r.org_id and x.id = r.file_id;
  select 'cadastre://' || o.slug into place from tenancy.organizations o where o.id = r.org_id;
  input := r.dataset_name || '/' || f.file_name;
  select n.detail ->> 'sql' into query from lineage.nodes n
   where n.org_id = r.org_id and n.kind = 'dataset' and n.dataset_id = r.dataset_id and n.detail ? 'sql';
  output := lineage.openlineage_output(r, place, input);
  -- What a pipeline read is an input beside the file that it made of it.
  select jsonb_agg(distinct jsonb_build_object('namespace', i ->> 'namespace', 'name', i ->> 'name')) into inputs
    from jsonb_path_query(output, '$.facets.columnLineage.fields.*.inputFields[*]') i
   where i ->> 'name' <> input;
  return jsonb_build_object(
    'eventType', event_type,
    'eventTime', to_char(coalesce(occurred_at, r.finished_at, r.started_at, r.created_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'producer', 'urn:cadastre',
    'schemaURL', 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    'run', jsonb_build_object('runId', r.id, 'facets', jsonb_strip_nulls(jsonb_build_object(
      'processing_engine', lineage.openlineage_facet('ProcessingEngineRunFacet', '1-1-1',
        jsonb_build_object('name', 'Cadastre on PostgreSQL', 'version', current_setting('server_version'))),
      'parent', case when coalesce(r.replay_of, r.undo_of) is not null then lineage.openlineage_facet('ParentRunFacet', '1-2-0', jsonb_build_object(
        'run', jsonb_build_object('runId', coalesce(r.replay_of, r.undo_of)), 'job', jsonb_build_object('namespace', place, 'name', 'ingest.' || r.dataset_name))) end,
      -- The code and not the message: a message may show a row's value.
      'errorMessage', case when event_type = 'FAIL' then lineage.openlineage_facet('ErrorMessageRunFacet', '1-0-1', jsonb_build_object(
        'message', coalesce(r.error ->> 'code', 'the run failed'), 'programmingLanguage', 'SQL')) end))),
    'job', jsonb_build_object('namespace', place, 'name', 'ingest.' || r.dataset_name, 'facets', jsonb_strip_nulls(jsonb_build_object(
      'jobType', lineage.openlineage_facet('JobTypeJobFacet', '2-0-4',
        jsonb_build_object('processingType', 'BATCH', 'integration', 'CADASTRE', 'jobType', case when r.undo_of is null then 'LOAD' else 'UNDO' end)),
      'sourceCode', case when query is not null then lineage.openlineage_facet('SourceCodeJobFacet', '1-0-1',
        jsonb_build_object('language', 'SQL', 'sourceCode', query)) end,
      'sql', case when query is not null then lineage.openlineage_facet('SQLJobFacet', '1-1-0',
        jsonb_build_object('query', query, 'dialect', 'postgres')) end))),
    -- An undo reads no file: it writes what the dataset's own history says.
    'inputs', case when r.undo_of is not null then '[]' else jsonb_build_array(jsonb_build_object('namespace', place, 'name', input,
        'inputFacets', case when event_type = 'START' or r.dataset_id is null then '{}' else lineage.openlineage_quality(r) end)) || coalesce(inputs, '[]') end,
    'outputs', case when output is null then '[]' else jsonb_build_array(output) end);
end
$$;
comment on function lineage.openlineage_event(uuid, text, timestamptz) is
  'A run as an OpenLineage RunEvent: START, COMPLETE, FAIL or ABORT, with the facets schema, columnLineage, dataQualityAssertions, dataQualityMetrics, sourceCode and parent where they apply. Needs lineage.export. Errors: LN001, LN004.';
grant execute on function lineage.openlineage_event(uuid, text, timestamptz) to cadastre_user, cadastre_worker;
