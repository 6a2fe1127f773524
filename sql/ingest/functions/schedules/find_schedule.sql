-- A schedule of the asking organization by name or id, locked for a change. Internal.
create or replace function ingest.find_schedule(p_name text) returns ingest.schedules
language plpgsql
set search_path = ''
as $$
declare
  s ingest.schedules;
  wanted uuid;
begin
  -- Not within the query, where it would be evaluated for names too.
  if pg_input_is_valid(p_name, 'uuid') then
    wanted := p_name::uuid;
  end if;
  select * into s from ingest.schedules x
   where x.org_id = private.org_id() and (x.name = p_name or x.id = wanted)
   for no key update;
  if s.id is null then
    perform core.raise('IN090', 'no such schedule', 'Check its name; you see only your organization''s.', 'name');
  end if;
  return s;
end
$$;
comment on function ingest.find_schedule(text) is 'A schedule by name or id. Error IN090. Internal.';
