-- A source of the asking organization by name or id, locked for a change. Internal.
create or replace function ingest.find_source(p_name text) returns ingest.sources
language plpgsql
set search_path = ''
as $$
declare
  s ingest.sources;
  wanted uuid;
begin
  -- Not within the query, where it would be evaluated for names too.
  if pg_input_is_valid(p_name, 'uuid') then
    wanted := p_name::uuid;
  end if;
  select * into s from ingest.sources x
   where x.org_id = private.org_id()
     and (x.name = p_name or x.id = wanted)
   for no key update;
  if s.id is null then
    perform core.raise('IN085', 'no such source', 'Check its name; you see only your organization''s.', 'name');
  end if;
  return s;
end
$$;
comment on function ingest.find_source(text) is 'A source by name or id. Error IN085. Internal.';
