-- Deletes a pipeline with its versions and executions, and the view that a model made. Datasets and loads stay.
create or replace function ingest.drop_pipeline(name text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  found_one ingest.pipelines;
begin
  perform core.require('pipeline.delete');
  found_one := ingest.find_pipeline(drop_pipeline.name);
  perform ingest.drop_model_views(found_one.org_id, found_one.id);
  delete from ingest.pipelines p where p.org_id = found_one.org_id and p.id = found_one.id;
  perform audit.record('pipeline.delete', 'pipeline', found_one.id::text, jsonb_build_object('name', found_one.name));
  return true;
end
$$;
comment on function ingest.drop_pipeline(text) is 'Deletes a pipeline, its versions and its executions. Needs pipeline.delete. Error IN063.';
grant execute on function ingest.drop_pipeline(text) to cadastre_user, cadastre_worker;
