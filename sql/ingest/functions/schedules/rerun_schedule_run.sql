-- Runs a schedule's run again that failed or was cancelled, from where it failed: where its reading or execution had
-- ended and only loads failed, only those (load); else all of it (start), a source from where its cursor stands, a
-- pipeline of the same version from its failed step (step), as far as what came before it is kept (ingest.rerun_pipeline).
create or replace function ingest.rerun_schedule_run(schedule_run_id uuid) returns ingest.schedule_runs
language plpgsql security definer
set search_path = ''
as $$
declare
  old ingest.schedule_runs;
  r ingest.schedule_runs;
  s ingest.schedules;
  failed uuid[];
begin
  perform core.require('pipeline.execute');
  old := ingest.find_schedule_run(rerun_schedule_run.schedule_run_id, '{failed,cancelled}');
  select * into s from ingest.schedules x where x.org_id = old.org_id and x.id = old.schedule_id;
  perform ingest.require_target(s.source_id);
  failed := array(select x.id from ingest.runs x where x.org_id = old.org_id and x.id = any (old.load_ids) and x.status in ('failed', 'cancelled'));
  if failed <> '{}' then
    perform core.require('run.execute');
  end if;
  begin
    insert into ingest.schedule_runs (org_id, schedule_id, trigger, try_at, rerun_of, rerun_from, load_ids, trigger_run, requested_by)
    values (old.org_id, old.schedule_id, 'rerun', clock_timestamp(), old.id, case when failed <> '{}' then 'load' else 'start' end,
            failed, old.trigger_run, private.user_id())
    returning * into r;
  exception when unique_violation then
    perform core.raise('IN096', 'another run of the schedule waits already', 'Wait for it, or cancel it.');
  end;
  perform audit.record('schedule.rerun', 'schedule', s.id::text, jsonb_build_object('name', s.name, 'run', r.id, 'rerun_of', old.id, 'from', r.rerun_from));
  return r;
end
$$;
comment on function ingest.rerun_schedule_run(uuid) is
  'Runs a failed schedule''s run again; rerun_from: load (only the failed loads) or start, which becomes step where its pipeline begins at its failed step. Needs pipeline.execute, and datasource.execute or run.execute. Errors: IN005, IN006, IN096.';
grant execute on function ingest.rerun_schedule_run(uuid) to cadastre_user, cadastre_worker;
