--! owner: cadastre_system
-- Which role in a system role's line of inheritance adds a permission.
create or replace function private.system_role_source(p_role text, p_permission text) returns text
language sql stable
set search_path = ''
as $$
  with recursive line (key, inherits) as (
    select r.key, r.inherits from access.roles r where r.key = p_role
    union
    select r.key, r.inherits from line l join access.roles r on r.key = l.inherits
  )
  select l.key from line l join access.role_permissions p on p.role_key = l.key and p.permission = p_permission limit 1
$$;
comment on function private.system_role_source(text, text) is 'The role, itself or inherited, that adds a permission to a system role.';
revoke execute on function private.system_role_source(text, text) from public;
