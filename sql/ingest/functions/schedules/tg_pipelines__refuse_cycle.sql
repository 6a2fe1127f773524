-- A pipeline that writes to another dataset than before may close a cycle of schedules too.
create or replace function ingest.tg_pipelines__refuse_cycle() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  found_one uuid;
  most constant int := 100;
begin
  for found_one in select s.id from ingest.schedules s where s.org_id = new.org_id and s.pipeline_id = new.id order by s.id limit most loop
    perform ingest.refuse_cycle(found_one);
  end loop;
  return null;
end
$$;
comment on function ingest.tg_pipelines__refuse_cycle() is 'Trigger: error IN094 where a new version closes a cycle of schedules.';
