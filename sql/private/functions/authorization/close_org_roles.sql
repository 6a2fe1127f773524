--! owner: cadastre_system
-- Makes the closure of an organization's own roles anew, in one statement each: what a role has by itself, by system
-- roles that it inherits, and by own roles that it inherits. `union` ends on circles, which are refused anyway.
create or replace function private.close_org_roles(p_org uuid) returns void
language sql security definer
set search_path = ''
as $$
  delete from private.org_role_closure c where c.org_id = p_org;
  insert into private.org_role_closure (org_id, role_key, permission)
  with recursive chain (role_key, ancestor) as (
    select r.key, r.key from access.org_roles r where r.org_id = p_org
    union
    select c.role_key, p.own_parent
      from chain c
      join access.org_role_parents p on p.org_id = p_org and p.role_key = c.ancestor and p.own_parent is not null
  )
  select p_org, c.role_key, p.permission
    from chain c join access.org_role_permissions p on p.org_id = p_org and p.role_key = c.ancestor
  union
  select p_org, c.role_key, s.permission
    from chain c
    join access.org_role_parents p on p.org_id = p_org and p.role_key = c.ancestor
    join private.role_closure s on s.role_key = p.system_parent
$$;
comment on function private.close_org_roles(uuid) is 'Recomputes private.org_role_closure of one organization.';
revoke execute on function private.close_org_roles(uuid) from public;
grant execute on function private.close_org_roles(uuid) to cadastre_owner;
