-- Brings an installed pipeline to its template's present version, as a new version of its own; its output stays. One that
-- was changed by hand since it was installed is kept unless p_force.
create or replace function ingest.update_from_template(name text, p_force boolean default false) returns ingest.pipelines
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  mine ingest.pipelines;
  source record;
  present jsonb;
  last_updated int;
begin
  perform core.require('pipeline.edit');
  mine := ingest.find_pipeline(update_from_template.name);
  if mine.origin_template is null then
    perform core.raise('IN071', 'this pipeline was not installed from a template', 'Save a new version of it instead.', 'name');
  end if;
  source := ingest.find_template(mine.origin_template);
  if source.version = mine.origin_version then
    perform core.raise('IN071', format('it is of the template''s present version, %s', source.version), 'There is nothing to update.', 'name');
  end if;
  select v.definition into present from ingest.pipeline_versions v
   where v.org_id = mine.org_id and v.pipeline_id = mine.id and v.version = mine.version;
  select max(v.version) into last_updated from ingest.pipeline_versions v
   where v.org_id = mine.org_id and v.pipeline_id = mine.id and (v.version = 1 or v.note = 'template');
  if mine.version > last_updated and not coalesce(p_force, false) then
    perform core.raise('IN071', 'this pipeline was changed since it was installed', 'Update it with force: its earlier versions stay.', 'name');
  end if;
  mine := ingest.save_pipeline(mine.name, case
    when source.definition ->> 'kind' = 'model' then ingest.set_target(source.definition, present ->> 'dataset')
    else source.definition || jsonb_build_object('output', present -> 'output') end, 'template');
  update ingest.pipelines p set origin_version = source.version where p.org_id = mine.org_id and p.id = mine.id returning * into mine;
  return mine;
end
$$;
comment on function ingest.update_from_template(text, boolean) is
  'Brings an installed pipeline to its template''s present version. Needs pipeline.edit. Errors: IN063 template gone, IN071 nothing to update, or changed by hand.';
grant execute on function ingest.update_from_template(text, boolean) to cadastre_user, cadastre_worker;
