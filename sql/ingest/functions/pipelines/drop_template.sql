-- Deletes a template with its versions, also from the marketplace. Pipelines that were installed from it stay.
create or replace function ingest.drop_template(name text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  gone uuid;
begin
  perform core.require('pipeline.delete');
  delete from ingest.pipeline_templates t where t.org_id = private.org_id() and t.name = drop_template.name returning t.id into gone;
  if gone is null then
    perform core.raise('IN063', format('there is no template %L', left(drop_template.name, 60)), 'Check the name; only your own are dropped.', 'name');
  end if;
  perform audit.record('template.delete', 'template', gone::text, jsonb_build_object('name', drop_template.name));
  return true;
end
$$;
comment on function ingest.drop_template(text) is 'Deletes one of the organization''s templates. Needs pipeline.delete. Error IN063.';
grant execute on function ingest.drop_template(text) to cadastre_user, cadastre_worker;
