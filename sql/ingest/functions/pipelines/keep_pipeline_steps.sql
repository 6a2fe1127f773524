-- Keeps what the finished steps of an execution made that is about to fail, so that a re-run begins behind them. The objects
-- were written before, as ones to be removed (private.doom_object): from now on they are not. The oldest of an organization go
-- where there are too many, or they are too large together.
create or replace function ingest.keep_pipeline_steps(p_run uuid, p_generation int, p_position int, p_tables jsonb, p_selects jsonb, p_inputs jsonb, p_bytes bigint)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
  most_kept constant int := 50;
  most_bytes constant bigint := 10 * 1024::bigint ^ 3;
begin
  perform core.require('pipeline.execute');
  run := ingest.assert_pipeline_lease(p_run, p_generation);
  perform ingest.forget_steps(run);
  insert into private.kept_steps (org_id, pipeline_run_id, position, tables, selects, inputs, bytes)
  values (run.org_id, run.id, p_position, p_tables, p_selects, p_inputs, p_bytes);
  perform private.spare_objects(array(select e ->> 'key' from jsonb_array_elements(p_tables) e where e ->> 'key' is not null));
  update ingest.pipeline_runs r set kept_step = p_position where r.org_id = run.org_id and r.id = run.id;
  delete from private.kept_steps k
   where k.org_id = run.org_id and k.pipeline_run_id in (
     select x.pipeline_run_id
       from (select y.pipeline_run_id, row_number() over w as place, sum(y.bytes) over w as bytes
               from private.kept_steps y where y.org_id = run.org_id window w as (order by y.kept_at desc, y.pipeline_run_id)) x
      where x.place > most_kept or x.place > 1 and x.bytes > most_bytes);
end
$$;
comment on function ingest.keep_pipeline_steps(uuid, int, int, jsonb, jsonb, jsonb, bigint) is
  'Keeps what the finished steps of an execution made: tables [{key, columns, rows, output, step}]. Error IN007. For the worker.';
revoke execute on function ingest.keep_pipeline_steps(uuid, int, int, jsonb, jsonb, jsonb, bigint) from public;
grant execute on function ingest.keep_pipeline_steps(uuid, int, int, jsonb, jsonb, jsonb, bigint) to cadastre_worker;
