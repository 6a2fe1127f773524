-- What a re-run begins with: the tables behind the last finished step of the execution before it, with that one's steps as its
-- own. Asked again when it is taken, since it may have waited: what does not hold any more, or could not be read back
-- (p_problem), makes it begin at its first step and say why. No row: from the start.
create or replace function ingest.take_pipeline_steps(p_run uuid, p_generation int, p_problem text default null)
returns table ("position" int, tables jsonb, selects jsonb)
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  run ingest.pipeline_runs;
  old ingest.pipeline_runs;
  problem text := p_problem;
begin
  perform core.require('pipeline.execute');
  run := ingest.assert_pipeline_lease(p_run, p_generation);
  if run.rerun_from is distinct from 'step' then
    return;
  end if;
  select * into old from ingest.pipeline_runs r where r.org_id = run.org_id and r.id = run.rerun_of;
  problem := coalesce(problem, case when old.id is null then 'the execution that it repeats is gone' end,
                      ingest.kept_problem(old, run.requested_by, run.by_service));
  delete from ingest.pipeline_run_steps s where s.org_id = run.org_id and s.pipeline_run_id = run.id;
  if problem is not null then
    update ingest.pipeline_runs r set rerun_from = 'start', rerun_step = null, rerun_reason = left(problem, 500)
     where r.org_id = run.org_id and r.id = run.id;
    return;
  end if;
  insert into ingest.pipeline_run_steps (org_id, pipeline_run_id, position, kind, label, rows_in, rows_out, column_names, started_at, finished_at)
  select s.org_id, run.id, s.position, s.kind, s.label, s.rows_in, s.rows_out, s.column_names, s.started_at, s.finished_at
    from ingest.pipeline_run_steps s
   where s.org_id = old.org_id and s.pipeline_run_id = old.id and s.position < run.rerun_step;
  return query select k.position, k.tables, k.selects from private.kept_steps k where k.org_id = old.org_id and k.pipeline_run_id = old.id;
end
$$;
comment on function ingest.take_pipeline_steps(uuid, int, text) is
  'The tables that a re-run begins with; no row: it begins at its first step. p_problem: they could not be read back. Error IN007. For the worker.';
revoke execute on function ingest.take_pipeline_steps(uuid, int, text) from public;
grant execute on function ingest.take_pipeline_steps(uuid, int, text) to cadastre_worker;
