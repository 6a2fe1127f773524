-- Writes down a finished step at once, so that its counts stay when a later one fails.
create or replace function ingest.record_pipeline_step(p_run uuid, p_generation int, p_position int, p_kind text, p_label text,
                                                       p_rows_in bigint, p_rows_out bigint, p_columns text[], p_started timestamptz)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
begin
  perform core.require('pipeline.execute');
  run := ingest.assert_pipeline_lease(p_run, p_generation);
  insert into ingest.pipeline_run_steps (org_id, pipeline_run_id, position, kind, label, rows_in, rows_out, column_names, started_at, finished_at)
  values (run.org_id, run.id, p_position, p_kind, left(p_label, 200), p_rows_in, p_rows_out, p_columns, p_started, clock_timestamp());
end
$$;
comment on function ingest.record_pipeline_step(uuid, int, int, text, text, bigint, bigint, text[], timestamptz) is
  'Records a step of an execution with its rows in and out. Error IN007.';
grant execute on function ingest.record_pipeline_step(uuid, int, int, text, text, bigint, bigint, text[], timestamptz) to cadastre_worker;
