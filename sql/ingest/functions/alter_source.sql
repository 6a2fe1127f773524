-- Changes a source; what is null stays. Another selection or way of reading begins at the beginning.
create or replace function ingest.alter_source(
  name text, selection jsonb default null, how text default null, mode text default null, key_fields text[] default null,
  options jsonb default null, paused boolean default null, restart boolean default false, new_name text default null
) returns ingest.sources
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.sources;
  wanted ingest.sources;
  anew boolean;
begin
  perform core.require('datasource.edit');
  s := ingest.find_source(alter_source.name);
  wanted := s;
  wanted.name := coalesce(alter_source.new_name, s.name);
  wanted.selection := jsonb_strip_nulls(coalesce(alter_source.selection, s.selection));
  wanted.how := coalesce(alter_source.how, s.how);
  wanted.mode := coalesce(alter_source.mode, s.mode);
  wanted.key_fields := coalesce(nullif(alter_source.key_fields, '{}'), s.key_fields);
  wanted.options := coalesce(alter_source.options, s.options);
  wanted.paused := coalesce(alter_source.paused, s.paused);
  if (wanted.selection, wanted.how, wanted.mode, wanted.key_fields, wanted.options, wanted.name)
     is distinct from (s.selection, s.how, s.mode, s.key_fields, s.options, s.name) then
    perform core.require('run.execute');
    perform ingest.check_source(wanted, (select c.kind from ingest.connectors c where c.org_id = s.org_id and c.id = s.connector_id));
  end if;
  anew := alter_source.restart or (wanted.selection, wanted.how) is distinct from (s.selection, s.how);
  if anew then
    -- A reading under way would move the cursor that is taken back here.
    if exists (select from ingest.source_pulls p where p.org_id = s.org_id and p.source_id = s.id and p.status in ('queued', 'running', 'waiting')) then
      perform core.raise('IN088', 'the source is being read', 'Wait for it, or cancel it with cancel_pull.', 'name');
    end if;
    delete from ingest.source_objects o where o.org_id = s.org_id and o.source_id = s.id;
  end if;
  begin
    update ingest.sources x
       set name = wanted.name, selection = wanted.selection, how = wanted.how, mode = wanted.mode, key_fields = wanted.key_fields,
           options = wanted.options, paused = wanted.paused, cursor = case when not anew then x.cursor end
     where x.org_id = s.org_id and x.id = s.id
    returning * into s;
  exception when unique_violation then
    perform core.raise('IN082', format('there is a source %s already', wanted.name), 'Choose another name.', 'name');
  end;
  perform audit.record('source.alter', 'source', s.id::text, jsonb_build_object('name', s.name, 'selection', s.selection,
    'how', s.how, 'paused', s.paused, 'restarted', anew));
  return s;
end
$$;
comment on function ingest.alter_source(text, jsonb, text, text, text[], jsonb, boolean, boolean, text) is
  'Changes or pauses a source; restart: read from the beginning next time. Needs datasource.edit, and run.execute where more than the pause changes. Errors: IN001 to IN004, IN082, IN085, IN086, IN088.';
grant execute on function ingest.alter_source(text, jsonb, text, text, text[], jsonb, boolean, boolean, text) to cadastre_user, cadastre_worker;
