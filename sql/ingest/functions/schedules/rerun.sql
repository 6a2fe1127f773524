-- Loads a failed or cancelled run's file again, as a run of its own that says whose it is. A failed run's landing tables are
-- gone by then (they would hold disk for as long as nobody asks), so it begins at staging; the file itself was kept. What
-- a pipeline made counts as the pipeline's result from then on.
create or replace function ingest.rerun(run_id uuid) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  old ingest.runs;
  run ingest.runs;
begin
  perform core.require('run.execute');
  old := ingest.find_run(rerun.run_id, '{failed,cancelled}');
  if old.replay_of is not null then
    perform core.raise('IN006', 'this run replayed rejected rows', 'Replay them again with replay_rejected.');
  elsif exists (select from ingest.runs x where x.org_id = old.org_id and x.rerun_of = old.id and x.status in ('queued', 'running', 'waiting', 'held')) then
    perform core.raise('IN096', 'the run is being run again', 'Wait for that one.');
  end if;
  perform ingest.resolve_target(old.dataset_name, old.mode, old.key_fields);
  insert into ingest.runs (org_id, file_id, dataset_id, dataset_name, mode, key_fields, options, bytes_total, requested_by, rerun_of, rerun_from, of_events)
  values (old.org_id, old.file_id, old.dataset_id, old.dataset_name, old.mode, old.key_fields, old.options, old.bytes_total,
          private.user_id(), old.id, 'stage', old.of_events)
  returning * into run;
  update ingest.pipeline_runs p set run_id = run.id where p.org_id = old.org_id and p.run_id = old.id;
  update ingest.pipeline_run_steps p set run_id = run.id where p.org_id = old.org_id and p.run_id = old.id;
  perform ingest.queue_run(run.org_id, run.id, null, private.take_turn(run.org_id, run.id));
  perform audit.record('run.rerun', 'run', run.id::text, jsonb_build_object('rerun_of', old.id, 'from', run.rerun_from));
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.rerun(uuid) is
  'Loads a failed or cancelled run''s file again from staging; rerun_of says whose. Needs run.execute. Errors: IN002, IN003, IN005, IN006, IN096 under way.';
grant execute on function ingest.rerun(uuid) to cadastre_user, cadastre_worker;
