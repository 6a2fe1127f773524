-- A connector of the asking organization by name or id, locked for a change. Internal.
create or replace function ingest.find_connector(p_name text) returns ingest.connectors
language plpgsql
set search_path = ''
as $$
declare
  c ingest.connectors;
  wanted uuid;
begin
  -- Not within the query, where it would be evaluated for names too.
  if pg_input_is_valid(p_name, 'uuid') then
    wanted := p_name::uuid;
  end if;
  select * into c from ingest.connectors x
   where x.org_id = private.org_id()
     and (x.name = p_name or x.id = wanted)
   for no key update;
  if c.id is null then
    perform core.raise('IN080', 'no such connector', 'Check its name; you see only your organization''s.', 'name');
  end if;
  return c;
end
$$;
comment on function ingest.find_connector(text) is 'A connector by name or id. Error IN080. Internal.';
