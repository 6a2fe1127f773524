-- What an execution's results are made from, told by the worker in the transaction that submits them: always so, whether or
-- not the person for whom it runs may edit lineage. What the pipeline told of datasets that it does not write any more ends.
create or replace function lineage.record_pipeline_columns(p_run uuid, p_outputs jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
  told_by text;
  told jsonb;
begin
  perform core.require('pipeline.execute');
  run := ingest.find_pipeline_run(p_run, '{submitted,succeeded}');
  select case when v.definition ->> 'kind' = 'model' then 'model:' else 'pipeline:' end || p.name into told_by
    from ingest.pipelines p
    join ingest.pipeline_versions v on v.org_id = p.org_id and v.pipeline_id = p.id and v.version = run.version
   where p.org_id = run.org_id and p.id = run.pipeline_id;
  for told in select o from jsonb_array_elements(p_outputs) o loop
    perform lineage.put_mappings(told ->> 'dataset', told, told_by);
  end loop;
  update lineage.columns c set valid_to = greatest(clock_timestamp(), c.valid_from)
   where c.org_id = run.org_id and c.source = told_by and c.valid_to is null
     and not exists (select from lineage.nodes n, jsonb_array_elements(p_outputs) o
                      where n.org_id = c.org_id and n.id = c.to_node and n.namespace = '' and n.name = o ->> 'dataset');
  insert into lineage.edges (org_id, from_kind, from_id, to_kind, to_id, run_id)
  select distinct run.org_id, 'dataset', c.from_dataset, 'pipeline_run', run.id, run.run_id
    from lineage.columns c
   where c.org_id = run.org_id and c.source = told_by and c.valid_to is null and c.from_dataset is not null;
end
$$;
comment on function lineage.record_pipeline_columns(uuid, jsonb) is
  'Keeps what an execution''s results are made from: [{dataset, columns, influences, sql}]. For the worker. Errors: LN002, LN003.';
grant execute on function lineage.record_pipeline_columns(uuid, jsonb) to cadastre_worker;
