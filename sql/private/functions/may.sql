--! owner: cadastre_system
-- Boundary and permission of one organization's table in one answer, for the data plane's policies:
-- (select private.may('<organization>', 'record.view')). One boolean for the whole statement: the planner takes it for
-- half of the rows, where `(select private.org_id()) = '<organization>'` counts as one row in two hundred and turns
-- analysts' joins into nested loops.
create or replace function private.may(organization uuid, permission text) returns boolean
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  return coalesce(who.org_id = organization and private.permits(who.kind, who.org_id, who.role_key, permission), false);
end
$$;
comment on function private.may(uuid, text) is
  'True when whoever is asking belongs to the organization and holds the permission there.';
grant execute on function private.may(uuid, text) to public;
