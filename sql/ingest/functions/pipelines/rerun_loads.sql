-- An execution that begins where another one's loads failed: it has that one's steps and the loads that went well, and new
-- loads of the same files for the others. Nothing is transformed, no worker has to take it. Internal.
create or replace function ingest.rerun_loads(p_old ingest.pipeline_runs, p_new ingest.pipeline_runs, p_failed uuid[]) returns ingest.pipeline_runs
language plpgsql
set search_path = ''
as $$
declare
  steps constant ingest.pipeline_run_steps[] := array(
    select s from ingest.pipeline_run_steps s where s.org_id = p_old.org_id and s.pipeline_run_id = p_old.id);
  run ingest.pipeline_runs;
  failed uuid;
begin
  foreach failed in array p_failed loop
    perform ingest.rerun(failed);
  end loop;
  -- A load that is run again becomes its execution's (ingest.rerun): here the new one's, and the old one keeps what it had.
  insert into ingest.pipeline_run_steps (org_id, pipeline_run_id, position, kind, label, rows_in, rows_out, column_names, run_id, started_at, finished_at)
  select s.org_id, p_new.id, s.position, s.kind, s.label, s.rows_in, s.rows_out, s.column_names, s.run_id, s.started_at, s.finished_at
    from ingest.pipeline_run_steps s where s.org_id = p_old.org_id and s.pipeline_run_id = p_old.id;
  select * into run from ingest.pipeline_runs r where r.org_id = p_old.org_id and r.id = p_old.id;
  update ingest.pipeline_runs r
     set status = 'submitted', run_id = run.run_id, rows_in = run.rows_in, rows_out = run.rows_out,
         started_at = clock_timestamp(), finished_at = clock_timestamp()
   where r.org_id = p_new.org_id and r.id = p_new.id
  returning * into run;
  update ingest.pipeline_runs r set run_id = p_old.run_id where r.org_id = p_old.org_id and r.id = p_old.id;
  update ingest.pipeline_run_steps s set run_id = o.run_id
    from unnest(steps) o
   where s.org_id = p_old.org_id and s.pipeline_run_id = p_old.id and s.position = o.position;
  perform ingest.tell_pipeline_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.rerun_loads(ingest.pipeline_runs, ingest.pipeline_runs, uuid[]) is
  'Makes an execution of the steps of another one whose failed loads are run again. Errors: those of rerun. Internal.';
