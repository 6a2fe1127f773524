--! owner: cadastre_system
-- What somebody gets with a permission, a system role or an own role: one of the three is given.
create or replace function private.gift_permissions(p_org uuid, p_permission text, p_system_role text, p_own_role text)
returns setof text
language sql stable parallel safe
set search_path = ''
rows 30
as $$
  select p_permission where p_permission is not null
  union
  select c.permission from private.role_closure c where c.role_key = p_system_role
  union
  select c.permission from private.org_role_closure c where c.org_id = p_org and c.role_key = p_own_role
$$;
comment on function private.gift_permissions(uuid, text, text, text) is
  'Permissions within a permission, a system role or one of the organization''s own roles.';
revoke execute on function private.gift_permissions(uuid, text, text, text) from public;
grant execute on function private.gift_permissions(uuid, text, text, text) to cadastre_owner;
