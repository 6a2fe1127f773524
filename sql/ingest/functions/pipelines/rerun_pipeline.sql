-- The same version over the same input once more, from the start, marked as such. For whoever asks now.
create or replace function ingest.rerun_pipeline(pipeline_run_id uuid) returns ingest.pipeline_runs
language plpgsql security definer
set search_path = ''
as $$
declare
  old ingest.pipeline_runs;
  run ingest.pipeline_runs;
begin
  perform core.require('pipeline.execute');
  perform ingest.require_reader();
  old := ingest.find_pipeline_run(rerun_pipeline.pipeline_run_id, '{submitted,succeeded,failed,cancelled}');
  if old.file_id is not null then
    perform ingest.check_pipeline_file(old.file_id);
  end if;
  perform ingest.check_pipeline_targets((select v.definition from ingest.pipeline_versions v
    where v.org_id = old.org_id and v.pipeline_id = old.pipeline_id and v.version = old.version));
  insert into ingest.pipeline_runs (org_id, pipeline_id, version, trigger, file_id, rerun_of, requested_by, by_service)
  values (old.org_id, old.pipeline_id, old.version, 'rerun', old.file_id, old.id, private.user_id(), private.user_id() is null)
  returning * into run;
  perform ingest.queue_pipeline_run(run.org_id, run.id, null, private.take_turn(run.org_id, run.id));
  perform audit.record('pipeline.run', 'pipeline', run.pipeline_id::text,
    jsonb_build_object('run', run.id, 'version', run.version, 'trigger', 'rerun', 'rerun_of', old.id));
  perform ingest.tell_pipeline_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.rerun_pipeline(uuid) is 'Runs an ended execution''s version over its input again. Needs pipeline.execute. Errors: IN005, IN006, IN068.';
grant execute on function ingest.rerun_pipeline(uuid) to cadastre_user, cadastre_worker;
