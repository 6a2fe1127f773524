-- Lineage of an execution, in the transaction that submits its results: the input file to the execution, the execution to
-- the files that it made. From there a load's own edges go on (lineage.tg_runs__link).
create or replace function lineage.tg_pipeline_runs__link() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into lineage.edges (org_id, from_kind, from_id, to_kind, to_id, run_id)
  select new.org_id, 'file', new.file_id, 'pipeline_run', new.id, new.run_id where new.file_id is not null
  union all
  select new.org_id, 'pipeline_run', new.id, 'file', r.file_id, r.id
    from ingest.runs r
   where r.org_id = new.org_id
     and (r.id = new.run_id
          or r.id in (select s.run_id from ingest.pipeline_run_steps s where s.org_id = new.org_id and s.pipeline_run_id = new.id));
  return null;
end
$$;
comment on function lineage.tg_pipeline_runs__link() is 'Trigger: links an execution with its input file and the files that it made.';

create or replace trigger pipeline_runs__link after update of status on ingest.pipeline_runs
  for each row when (new.status = 'submitted' and old.status <> 'submitted') execute function lineage.tg_pipeline_runs__link();
