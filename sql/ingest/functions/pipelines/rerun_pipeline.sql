-- The same version over the same input and part once more, marked as such and for whoever asks now: from the step that failed
-- where what came before it is kept and would be the same again (ingest.kept_problem), else from the start, with the reason.
-- The files that an execution submitted are kept: where only loads failed, those alone are loaded again. A part of a
-- backfill stays its part. What ran by itself is run by the service for whom it ran before.
drop function if exists ingest.rerun_pipeline(uuid);
create or replace function ingest.rerun_pipeline(pipeline_run_id uuid, from_start boolean default false) returns ingest.pipeline_runs
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  old ingest.pipeline_runs;
  run ingest.pipeline_runs;
  failed uuid[] := '{}';
  kept int;
  problem text;
  who uuid := private.user_id();
  service boolean := who is null;
begin
  perform core.require('pipeline.execute');
  perform ingest.require_reader();
  old := ingest.find_pipeline_run(rerun_pipeline.pipeline_run_id, '{submitted,succeeded,failed,cancelled}');
  if old.file_id is not null then
    perform ingest.check_pipeline_file(old.file_id);
  end if;
  perform ingest.check_pipeline_targets((select v.definition from ingest.pipeline_versions v
    where v.org_id = old.org_id and v.pipeline_id = old.pipeline_id and v.version = old.version));
  if old.status = 'submitted' and not coalesce(rerun_pipeline.from_start, false) then
    failed := array(
      select r.id from ingest.runs r
       where r.org_id = old.org_id and r.status in ('failed', 'cancelled')
         and (r.id = old.run_id or r.id in (select s.run_id from ingest.pipeline_run_steps s where s.org_id = old.org_id and s.pipeline_run_id = old.id))
       order by r.created_at, r.id);
  end if;
  if service and old.trigger <> 'hand' then
    who := old.requested_by;
    service := old.by_service;
  end if;
  if cardinality(failed) = 0 and not coalesce(rerun_pipeline.from_start, false) then
    problem := ingest.kept_problem(old, who, service);
    if problem is null then
      kept := old.kept_step;
    end if;
  end if;
  insert into ingest.pipeline_runs (org_id, pipeline_id, version, trigger, file_id, range, backfill_id, rerun_of, rerun_from, rerun_step,
                                    rerun_reason, requested_by, by_service)
  values (old.org_id, old.pipeline_id, old.version, 'rerun', old.file_id, old.range, old.backfill_id, old.id,
          case when cardinality(failed) > 0 then 'load' when kept is not null then 'step' else 'start' end, kept + 1, problem, who, service)
  returning * into run;
  -- What a backfill finds of its part when it goes on.
  update ingest.backfill_slices s set pipeline_run_id = run.id
   where s.org_id = run.org_id and s.backfill_id = run.backfill_id and s.pipeline_run_id = old.id and s.state <> 'succeeded';
  perform audit.record('pipeline.run', 'pipeline', run.pipeline_id::text,
    jsonb_build_object('run', run.id, 'version', run.version, 'trigger', 'rerun', 'rerun_of', old.id, 'from', run.rerun_from, 'step', run.rerun_step));
  if run.rerun_from = 'load' then
    return ingest.rerun_loads(old, run, failed);
  end if;
  perform ingest.queue_pipeline_run(run.org_id, run.id, null, private.take_turn(run.org_id, run.id));
  perform ingest.tell_pipeline_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.rerun_pipeline(uuid, boolean) is
  'Runs an ended execution''s version over its input again: rerun_from load (only the loads of its results that failed or were cancelled) where there are such, step (from rerun_step on) where what the steps before made is kept and unchanged, else start (rerun_reason says why); from_start: all of it in any case. Needs pipeline.execute, for loads run.execute. Errors: IN005, IN006, IN068, IN096 a load is being run again.';
grant execute on function ingest.rerun_pipeline(uuid, boolean) to cadastre_user, cadastre_worker;
