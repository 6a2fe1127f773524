--! owner: cadastre_system
-- What a member may do that another one may not: for the organization, and on each object that was given to them.
create or replace function private.beyond_viewer(p_org uuid, p_subject uuid, p_viewer uuid) returns setof text
language sql stable security definer
set search_path = ''
as $$
  with people as (
    select s.role_key as subject_role, v.role_key as viewer_role
      from access.memberships s, access.memberships v
     where s.org_id = p_org and s.user_id = p_subject and v.org_id = p_org and v.user_id = p_viewer
  ), asked (permission, object_kind, object_id) as (
    select p.key, null, null from access.permissions p
    union
    select p.permission, g.object_kind, g.object_id
      from access.grants g
     cross join lateral private.gift_permissions(p_org, g.permission, g.system_role, g.own_role) p (permission)
     where g.org_id = p_org and g.user_id = p_subject and g.revoked_at is null and g.ends_at > clock_timestamp()
       and g.effect = 'allow' and g.object_kind <> 'organization'
  )
  select a.permission
    from asked a cross join people p
   where private.member_permits(p_org, p_subject, p.subject_role, a.permission, a.object_kind, a.object_id, clock_timestamp())
     and not private.member_permits(p_org, p_viewer, p.viewer_role, a.permission, a.object_kind, a.object_id, clock_timestamp())
   order by 1
$$;
comment on function private.beyond_viewer(uuid, uuid, uuid) is 'Permissions that one member has and another one has not.';
revoke execute on function private.beyond_viewer(uuid, uuid, uuid) from public;
grant execute on function private.beyond_viewer(uuid, uuid, uuid) to cadastre_owner;
