-- A pipeline with the first version of its definition.
create or replace function ingest.create_pipeline(name text, definition jsonb, title text default '', description text default '')
returns ingest.pipelines
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  made ingest.pipelines;
  most constant int := 10000;
begin
  perform core.require('pipeline.create');
  perform ingest.check_pipeline(create_pipeline.definition);
  if coalesce(create_pipeline.name, '') !~ '^[a-z][a-z0-9_]{0,49}$' then
    perform core.raise('IN064', format('%L is not a pipeline''s name', left(create_pipeline.name, 60)),
      'Use up to 50 lower-case letters, digits and underscores, beginning with a letter.', 'name');
  elsif length(create_pipeline.title) > 200 or length(create_pipeline.description) > 5000 then
    perform core.raise('IN064', 'title or description is too long', 'A title has up to 200 characters, a description up to 5000.', 'title');
  elsif (select count(*) from ingest.pipelines p where p.org_id = private.org_id()) >= most then
    perform core.raise('IN064', format('an organization has at most %s pipelines', most), 'Drop one that is not used.', 'name');
  end if;
  insert into ingest.pipelines (org_id, name, title, description, created_by)
  values (private.org_id(), create_pipeline.name, coalesce(create_pipeline.title, ''), coalesce(create_pipeline.description, ''), private.user_id())
  on conflict (org_id, name) do nothing
  returning * into made;
  if made.id is null then
    perform core.raise('IN064', format('there is a pipeline %s already', create_pipeline.name), 'Choose another name, or save a new version of that one.', 'name');
  end if;
  insert into ingest.pipeline_versions (org_id, pipeline_id, version, definition, saved_by, by_service)
  values (made.org_id, made.id, 1, create_pipeline.definition, private.user_id(), private.user_id() is null);
  perform audit.record('pipeline.create', 'pipeline', made.id::text, jsonb_build_object('name', made.name));
  return made;
end
$$;
comment on function ingest.create_pipeline(text, jsonb, text, text) is
  'Creates a pipeline. Needs pipeline.create. Definition: {input, steps, output} or a model; see docs/reference/pipelines.md. Errors: IN060 definition, IN064 name.';
grant execute on function ingest.create_pipeline(text, jsonb, text, text) to cadastre_user, cadastre_worker;
