-- A pipeline of the asking organization by name, locked. Internal.
create or replace function ingest.find_pipeline(p_name text) returns ingest.pipelines
language plpgsql
set search_path = ''
as $$
declare
  found_one ingest.pipelines;
begin
  select * into found_one from ingest.pipelines p where p.org_id = private.org_id() and p.name = p_name for no key update;
  if found_one.id is null then
    perform core.raise('IN063', format('there is no pipeline %L', left(p_name, 60)), 'Check the name; you see only your organization''s.', 'pipeline');
  end if;
  return found_one;
end
$$;
comment on function ingest.find_pipeline(text) is 'Locks a pipeline by name. Error IN063: none. Internal.';
