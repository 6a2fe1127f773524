--! owner: cadastre_system
-- What a sign-in tells the person about themselves: account, organization, role. Null when the membership, the account
-- or the organization is no longer live, so no token is made for it. A member's permissions are asked with their own
-- identity (access.my_permissions), which knows more than roles.
create or replace function private.session_view(p_user_id uuid, p_org_id uuid, p_session_id uuid) returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
           'kind', case when p_org_id is null then 'operator' else 'user' end,
           'sessionId', p_session_id,
           'user', jsonb_build_object('id', u.id, 'email', u.email, 'displayName', u.display_name,
                                      'emailVerified', u.email_verified_at is not null, 'locale', u.locale),
           'org', case when o.id is not null then jsonb_build_object('id', o.id, 'slug', o.slug, 'name', o.name) end,
           'role', coalesce(m.role_key, 'operator'),
           'pending', coalesce(s.pending, false),
           'expiresAt', s.expires_at,
           'permissions', case
             when p_org_id is null then
               (select coalesce(jsonb_agg(p.key order by p.key), '[]')
                  from access.permissions p where p.key like 'platform.%')
             else '[]'::jsonb
           end)
    from access.users u
    left join access.memberships m on m.user_id = u.id and m.org_id = p_org_id and m.status = 'active'
    left join tenancy.organizations o on o.id = m.org_id and o.status = 'active'
    left join private.sessions s on s.id = p_session_id
   where u.id = p_user_id and u.status = 'active'
     and case when p_org_id is null then u.is_operator else o.id is not null end
$$;
comment on function private.session_view(uuid, uuid, uuid) is
  '{kind, sessionId, user, org, role, permissions, pending, expiresAt} of a live membership or operator; null when it is not live.';
revoke execute on function private.session_view(uuid, uuid, uuid) from public;
