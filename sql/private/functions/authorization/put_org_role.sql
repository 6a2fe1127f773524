--! owner: cadastre_system
-- Writes what an own role inherits and adds, whole, for access.create_org_role and access.change_org_role. Refused: what
-- does not exist, a circle, and a permission that whoever is asking does not hold, whether added or inherited.
create or replace function private.put_org_role(p_key text, p_permissions text[], p_system_parents text[], p_own_parents text[])
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  max_permissions constant int := 200;
  max_parents constant int := 20;
begin
  if cardinality(p_permissions) > max_permissions or cardinality(p_system_parents) + cardinality(p_own_parents) > max_parents then
    perform core.raise('AC033', format('a role has at most %s permissions and %s parents', max_permissions, max_parents),
      'Put some of them into a role of their own.', 'permissions');
  end if;
  perform private.check_gift(p, null, null, 'organization', null, 'infinity') from unnest(p_permissions) p;
  perform private.check_gift(null, s, null, 'organization', null, 'infinity') from unnest(p_system_parents) s;
  perform private.check_gift(null, null, o, 'organization', null, 'infinity') from unnest(p_own_parents) o;
  if exists (
    with recursive above (key) as (
      select unnest(p_own_parents)
      union
      select p.own_parent from above a
        join access.org_role_parents p on p.org_id = org and p.role_key = a.key and p.own_parent is not null
    )
    select from above where key = p_key
  ) then
    perform core.raise('AC023', format('the role %s would inherit itself', p_key), 'Leave out the parent that leads back to it.', 'own_parents');
  end if;
  delete from access.org_role_permissions x
   where x.org_id = org and x.role_key = p_key and x.permission <> all (p_permissions);
  insert into access.org_role_permissions (org_id, role_key, permission)
  select distinct org, p_key, p from unnest(p_permissions) p on conflict do nothing;
  delete from access.org_role_parents x
   where x.org_id = org and x.role_key = p_key
     and coalesce(x.system_parent <> all (p_system_parents), x.own_parent <> all (p_own_parents));
  insert into access.org_role_parents (org_id, role_key, system_parent, own_parent)
  select distinct org, p_key, s, null::text from unnest(p_system_parents) s
  union all
  select distinct org, p_key, null, o from unnest(p_own_parents) o
  on conflict do nothing;
  perform private.close_org_roles(org);
end
$$;
comment on function private.put_org_role(text, text[], text[], text[]) is
  'Writes an own role''s permissions and parents and the closure. Raises AC002, AC020, AC021, AC023, AC033, 42501.';
revoke execute on function private.put_org_role(text, text[], text[], text[]) from public;
grant execute on function private.put_org_role(text, text[], text[], text[]) to cadastre_owner;
