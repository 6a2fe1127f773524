-- Cancels a run that waits or is under way, and with it the reading or execution that it started; loads that were
-- submitted already go on.
create or replace function ingest.cancel_schedule_run(schedule_run_id uuid) returns ingest.schedule_runs
language plpgsql security definer
set search_path = ''
as $$
declare
  r ingest.schedule_runs;
  s ingest.schedules;
begin
  perform core.require('pipeline.execute');
  r := ingest.find_schedule_run(cancel_schedule_run.schedule_run_id, '{waiting,running}');
  select * into s from ingest.schedules x where x.org_id = r.org_id and x.id = r.schedule_id;
  perform ingest.require_target(s.source_id);
  update ingest.schedule_runs x set state = 'cancelled', try_at = null, look_at = null, ended_at = clock_timestamp()
   where x.org_id = r.org_id and x.id = r.id
  returning * into r;
  if exists (select from ingest.source_pulls p where p.org_id = r.org_id and p.id = r.pull_id and p.status in ('queued', 'running', 'waiting')) then
    perform ingest.cancel_pull(r.pull_id);
  end if;
  if exists (select from ingest.pipeline_runs p where p.org_id = r.org_id and p.id = r.pipeline_run_id and p.status in ('queued', 'running', 'waiting')) then
    perform ingest.cancel_pipeline_run(r.pipeline_run_id);
  end if;
  perform audit.record('schedule.cancel', 'schedule', s.id::text, jsonb_build_object('name', s.name, 'run', r.id));
  return r;
end
$$;
comment on function ingest.cancel_schedule_run(uuid) is
  'Cancels a schedule''s run that waits or runs. Needs pipeline.execute, and datasource.execute for a source. Errors: IN005, IN006.';
grant execute on function ingest.cancel_schedule_run(uuid) to cadastre_user, cadastre_worker;
