-- A pipeline that is dropped feeds its datasets no more: what it told ends, and stays so for every moment before.
create or replace function lineage.tg_pipelines__end() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update lineage.columns c set valid_to = greatest(clock_timestamp(), c.valid_from)
   where c.org_id = old.org_id and c.valid_to is null and c.source in ('pipeline:' || old.name, 'model:' || old.name);
  return null;
end
$$;
comment on function lineage.tg_pipelines__end() is 'Trigger: ends the column lineage that a pipeline told when it is dropped.';

create or replace trigger pipelines__end_lineage after delete on ingest.pipelines
  for each row execute function lineage.tg_pipelines__end();
