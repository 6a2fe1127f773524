-- Ties a run to its dataset, which its first file may just have made, and keeps how the file was read.
create or replace function ingest.attach_dataset(p_run uuid, p_generation int, p_dataset uuid, p_inspection jsonb) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  d data.datasets;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  select * into d from data.datasets x where x.org_id = run.org_id and x.id = p_dataset and x.name = run.dataset_name;
  if d.id is null then
    perform core.raise('IN005', 'no such dataset', 'It was dropped while the file waited; upload the file again.');
  end if;
  update ingest.runs r
     set dataset_id = d.id, contract_version = d.contract_version, key_fields = d.key_fields
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  if p_inspection is not null then
    insert into ingest.inspections (org_id, run_id, content) values (run.org_id, run.id, p_inspection)
    on conflict (org_id, run_id) do update set content = excluded.content;
  end if;
  return run;
end
$$;
comment on function ingest.attach_dataset(uuid, int, uuid, jsonb) is 'Sets a run''s dataset and inspection. Errors: IN005, IN007.';
grant execute on function ingest.attach_dataset(uuid, int, uuid, jsonb) to cadastre_worker;
