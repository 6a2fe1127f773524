--! owner: cadastre_system
-- Who could give a member what they lack: active members who may share (and, for an answer that helps, hold it), with
-- the roles that have it. At most twenty names.
create or replace function private.who_could_give(p_org uuid, p_user uuid, p_permission text, p_object_kind text, p_object_id text)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'permission', p_permission,
    'roles', (select coalesce(jsonb_agg(c.role_key order by r.rank), '[]')
                from private.role_closure c join access.roles r on r.key = c.role_key where c.permission = p_permission),
    'own_roles', (select coalesce(jsonb_agg(c.role_key order by c.role_key), '[]')
                    from private.org_role_closure c where c.org_id = p_org and c.permission = p_permission),
    'ask', (select coalesce(jsonb_agg(a.email order by a.rank, a.email), '[]')
              from (select u.email::text, r.rank
                      from access.memberships m
                      join access.users u on u.id = m.user_id and u.status = 'active'
                      join access.roles r on r.key = m.role_key
                     where m.org_id = p_org and m.user_id <> p_user and m.status = 'active'
                       and private.member_permits(p_org, m.user_id, m.role_key, 'role.share', null, null, clock_timestamp())
                       and private.member_permits(p_org, m.user_id, m.role_key, p_permission, p_object_kind, p_object_id, clock_timestamp(), false)
                     order by r.rank, u.email limit 20) a))
$$;
comment on function private.who_could_give(uuid, uuid, text, text, text) is
  'What would be needed: {permission, roles, own_roles, ask: [e-mail addresses of people who could grant it]}.';
revoke execute on function private.who_could_give(uuid, uuid, text, text, text) from public;
