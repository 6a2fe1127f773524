-- The end of an execution: its results, each a stored file, become loads in the transaction that ends it. So a worker
-- that is killed has either submitted all of them or none. p_results: [{dataset, mode, key_fields, fields, object_key,
-- size, sha256, step, force}]; fields is the contract of a dataset that is not there yet, null: inferred by its first
-- load. No results: there was nothing new. p_rows_in null: a re-run that did not read its input has it from its first step.
create or replace function ingest.submit_pipeline_run(p_run uuid, p_generation int, p_rows_in bigint, p_rows_out bigint, p_results jsonb)
returns ingest.pipeline_runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
  load ingest.runs;
  result jsonb;
  keys text[];
  first_load uuid;
  pipeline text;
  dialect constant jsonb := '{"dialect": {"format": "csv", "encoding": "utf-8", "delimiter": ",", "quote": "\"", "escape": "\"", "preambleLines": 0, "headerLines": 1, "footnoteLines": 0, "skipInitialSpace": false}}';
begin
  perform core.require('pipeline.execute');
  run := ingest.assert_pipeline_lease(p_run, p_generation);
  select p.name into pipeline from ingest.pipelines p where p.org_id = run.org_id and p.id = run.pipeline_id;
  for result in select e from jsonb_array_elements(p_results) e loop
    keys := case when jsonb_typeof(result -> 'key_fields') = 'array' then array(select jsonb_array_elements_text(result -> 'key_fields')) end;
    if jsonb_typeof(result -> 'fields') = 'array'
       and not exists (select from data.datasets d where d.org_id = run.org_id and d.name = result ->> 'dataset') then
      perform data.create_dataset(result ->> 'dataset', result -> 'fields', coalesce(keys, '{}'),
        coalesce(result ->> 'mode', case when coalesce(cardinality(keys), 0) = 0 then 'append' else 'upsert' end));
    end if;
    load := ingest.submit_file(result ->> 'dataset', pipeline || '.csv', result ->> 'object_key', (result ->> 'size')::bigint,
      decode(result ->> 'sha256', 'hex'), result ->> 'mode', keys, dialect, (result ->> 'force')::boolean);
    if result ->> 'step' is null then
      first_load := load.id;
    else
      update ingest.pipeline_run_steps s set run_id = load.id
       where s.org_id = run.org_id and s.pipeline_run_id = run.id and s.position = (result ->> 'step')::int;
    end if;
  end loop;
  update ingest.pipeline_runs r
     set status = case when jsonb_array_length(p_results) > 0 then 'submitted' else 'succeeded' end, finished_at = clock_timestamp(),
         lease_until = null, run_id = first_load,
         rows_in = coalesce(p_rows_in, (select s.rows_in from ingest.pipeline_run_steps s where s.org_id = run.org_id and s.pipeline_run_id = run.id and s.position = 0)),
         rows_out = p_rows_out
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform ingest.forget_steps(run);
  perform ingest.tell_pipeline_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.submit_pipeline_run(uuid, int, bigint, bigint, jsonb) is
  'Ends an execution and submits its results for loading. Errors: IN007 lease lost, those of submit_file and create_dataset.';
grant execute on function ingest.submit_pipeline_run(uuid, int, bigint, bigint, jsonb) to cadastre_worker;
