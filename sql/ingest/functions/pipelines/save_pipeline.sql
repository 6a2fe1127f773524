-- A new version of a pipeline's definition; earlier ones stay, and executions say which one they were. The same
-- definition again makes no new version.
create or replace function ingest.save_pipeline(name text, definition jsonb, note text default '') returns ingest.pipelines
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  found_one ingest.pipelines;
begin
  perform core.require('pipeline.edit');
  perform ingest.check_pipeline(save_pipeline.definition);
  found_one := ingest.find_pipeline(save_pipeline.name);
  if (select v.definition = save_pipeline.definition from ingest.pipeline_versions v
       where v.org_id = found_one.org_id and v.pipeline_id = found_one.id and v.version = found_one.version) then
    return found_one;
  end if;
  insert into ingest.pipeline_versions (org_id, pipeline_id, version, definition, note, saved_by, by_service)
  values (found_one.org_id, found_one.id, found_one.version + 1, save_pipeline.definition, left(coalesce(save_pipeline.note, ''), 1000),
          private.user_id(), private.user_id() is null);
  update ingest.pipelines p set version = found_one.version + 1
   where p.org_id = found_one.org_id and p.id = found_one.id
  returning * into found_one;
  perform audit.record('pipeline.edit', 'pipeline', found_one.id::text, jsonb_build_object('name', found_one.name, 'version', found_one.version));
  return found_one;
end
$$;
comment on function ingest.save_pipeline(text, jsonb, text) is
  'Saves a new version of a pipeline''s definition. Needs pipeline.edit. Errors: IN060 definition, IN063 none.';
grant execute on function ingest.save_pipeline(text, jsonb, text) to cadastre_user, cadastre_worker;
