-- What of a connector is read into which dataset. Whoever makes it must be able to load that dataset: pulls run as the
-- organization's service from then on.
create or replace function ingest.create_source(
  connector text, name text, dataset_name text, selection jsonb, how text default 'full', mode text default null,
  key_fields text[] default null, options jsonb default '{}'
) returns ingest.sources
language plpgsql security definer
set search_path = ''
as $$
declare
  c ingest.connectors;
  s ingest.sources;
  most constant int := 5000;
begin
  perform core.require('datasource.create');
  perform core.require('run.execute');
  c := ingest.find_connector(create_source.connector);
  s.org_id := c.org_id;
  s.id := uuidv7();
  s.connector_id := c.id;
  s.name := create_source.name;
  s.dataset_name := create_source.dataset_name;
  s.selection := jsonb_strip_nulls(coalesce(create_source.selection, '{}'));
  s.how := coalesce(create_source.how, 'full');
  s.mode := create_source.mode;
  s.key_fields := nullif(create_source.key_fields, '{}');
  s.options := coalesce(create_source.options, '{}');
  s.paused := false;
  s.created_by := private.user_id();
  s.created_at := clock_timestamp();
  s.updated_at := s.created_at;
  perform ingest.check_source(s, c.kind);
  if (select count(*) from ingest.sources x where x.org_id = c.org_id) >= most then
    perform core.raise('IN086', format('there are %s sources already', most), 'Drop one first.', 'name');
  end if;
  begin
    insert into ingest.sources values (s.*) returning * into s;
  exception when unique_violation then
    perform core.raise('IN082', format('there is a source %s already', s.name), 'Choose another name.', 'name');
  end;
  perform audit.record('source.create', 'source', s.id::text, jsonb_build_object('name', s.name, 'connector', c.name,
    'dataset', s.dataset_name, 'selection', s.selection, 'how', s.how));
  return s;
end
$$;
comment on function ingest.create_source(text, text, text, jsonb, text, text, text[], jsonb) is
  'Adds a source: connector by name or id, dataset, what is read (selection, by kind), how (full, incremental, new_objects), mode and key as of an upload. Needs datasource.create, run.execute, and dataset.create when the dataset is new. Errors: IN001 to IN004, IN080, IN082, IN086.';
grant execute on function ingest.create_source(text, text, text, jsonb, text, text, text[], jsonb) to cadastre_user, cadastre_worker;
