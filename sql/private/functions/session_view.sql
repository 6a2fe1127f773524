--! owner: cadastre_system
-- What a sign-in tells the person about themselves: account, organization, role and permissions. Null when the
-- membership, the account or the organization is no longer live, so no token is made for it.
create or replace function private.session_view(p_user_id uuid, p_org_id uuid, p_session_id uuid) returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
           'kind', case when p_org_id is null then 'operator' else 'user' end,
           'sessionId', p_session_id,
           'user', jsonb_build_object('id', u.id, 'email', u.email, 'displayName', u.display_name),
           'org', case when o.id is not null then jsonb_build_object('id', o.id, 'slug', o.slug, 'name', o.name) end,
           'role', coalesce(m.role_key, 'operator'),
           'permissions', case
             when m.role_key is not null then
               (select coalesce(jsonb_agg(c.permission order by c.permission), '[]')
                  from private.role_closure c where c.role_key = m.role_key)
             else
               (select coalesce(jsonb_agg(p.key order by p.key), '[]')
                  from access.permissions p where p.key like 'platform.%')
           end)
    from access.users u
    left join access.memberships m on m.user_id = u.id and m.org_id = p_org_id
    left join tenancy.organizations o on o.id = m.org_id and o.status = 'active'
   where u.id = p_user_id and u.status = 'active'
     and case when p_org_id is null then u.is_operator else o.id is not null end
$$;
comment on function private.session_view(uuid, uuid, uuid) is
  '{kind, sessionId, user, org, role, permissions} of a live membership or operator; null when it is not live.';
revoke execute on function private.session_view(uuid, uuid, uuid) from public;
