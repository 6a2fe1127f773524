-- A pipeline from a template: a copy that remembers where it came from and which version it is.
create or replace function ingest.install_template(template text, name text, dataset text default null) returns ingest.pipelines
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  source record;
  made ingest.pipelines;
begin
  perform core.require('pipeline.create');
  source := ingest.find_template(install_template.template);
  made := ingest.create_pipeline(install_template.name, ingest.set_target(source.definition, install_template.dataset), source.title, source.description);
  update ingest.pipelines p
     set origin = source.origin, origin_template = install_template.template, origin_version = source.version
   where p.org_id = made.org_id and p.id = made.id
  returning * into made;
  perform ingest.count_install(install_template.template);
  perform audit.record('template.install', 'pipeline', made.id::text,
    jsonb_build_object('template', install_template.template, 'version', source.version, 'name', made.name));
  return made;
end
$$;
comment on function ingest.install_template(text, text, text) is
  'Makes a pipeline from a template (key of list_templates), with another output dataset where one is given. Needs pipeline.create. Errors: IN060, IN063 template, IN064 name.';
grant execute on function ingest.install_template(text, text, text) to cadastre_user, cadastre_worker;
