--! owner: cadastre_system
-- Which of the organization's own roles had a permission at a moment, and by which role: itself, one that it inherits, or
-- a system role. From versions, so that it answers for the past; that it agrees with private.org_role_closure is tested.
create or replace function private.own_role_sources(p_org uuid, p_permission text, p_at timestamptz)
returns table (role_key text, via text)
language sql stable
set search_path = ''
rows 20
as $$
  with recursive parent as (
    select p ->> 'role_key' as role_key, p ->> 'own_parent' as own_parent, p ->> 'system_parent' as system_parent
      from private.as_of(p_org, 'org_role_parents', p_at) p
  ), chain (role_key, ancestor) as (
    select r ->> 'key', r ->> 'key' from private.as_of(p_org, 'org_roles', p_at) r
    union
    select c.role_key, p.own_parent from chain c join parent p on p.role_key = c.ancestor and p.own_parent is not null
  )
  select c.role_key, c.ancestor
    from chain c
    join private.as_of(p_org, 'org_role_permissions', p_at) x on x ->> 'role_key' = c.ancestor and x ->> 'permission' = p_permission
  union
  select c.role_key, p.system_parent
    from chain c
    join parent p on p.role_key = c.ancestor
    join private.role_closure s on s.role_key = p.system_parent and s.permission = p_permission
$$;
comment on function private.own_role_sources(uuid, text, timestamptz) is
  'Own roles that had a permission at a moment, and the role by which they had it.';
revoke execute on function private.own_role_sources(uuid, text, timestamptz) from public;
