-- What is kept of an execution, and of the one that it is a re-run of, is of no more use. Internal.
create or replace function ingest.forget_steps(p_run ingest.pipeline_runs) returns void
language sql
set search_path = ''
as $$
  delete from private.kept_steps k where k.org_id = p_run.org_id and k.pipeline_run_id in (p_run.id, p_run.rerun_of)
$$;
comment on function ingest.forget_steps(ingest.pipeline_runs) is 'Drops what is kept of an execution and of its predecessor. Internal.';
