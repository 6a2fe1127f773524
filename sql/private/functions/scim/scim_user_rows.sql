--! owner: cadastre_system
-- An organization's members as SCIM users, those included that no directory brought in: it has to find them to take
-- them over. Not null p_id, p_user_name, p_external_id narrow them by an index.
create or replace function private.scim_user_rows(p_org uuid, p_id uuid default null, p_user_name text default null,
                                                  p_external_id text default null)
returns table (id uuid, created_at timestamptz, resource jsonb)
language sql stable security definer
set search_path = ''
as $$
  select m.user_id, m.created_at,
         coalesce(s.profile, jsonb_build_object('displayName', u.display_name,
             'emails', jsonb_build_array(jsonb_build_object('value', u.email::text, 'type', 'work', 'primary', true))))
         || jsonb_strip_nulls(jsonb_build_object(
              'id', m.user_id,
              'externalId', s.external_id,
              'userName', coalesce(s.user_name, u.email::text),
              'active', m.status = 'active',
              'groups', (select jsonb_agg(jsonb_build_object('value', r.key, 'display', r.title) order by r.key)
                           from access.membership_roles x
                           join access.org_roles r on r.org_id = x.org_id and r.key = x.role_key
                          where x.org_id = m.org_id and x.user_id = m.user_id),
              'meta', jsonb_build_object(
                'resourceType', 'User',
                'created', to_char(m.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                'lastModified', to_char(greatest(m.updated_at, s.updated_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))))
    from access.memberships m
    join access.users u on u.id = m.user_id
    left join access.scim_users s on s.org_id = m.org_id and s.user_id = m.user_id
   where m.org_id = p_org
     and (p_id is null or m.user_id = p_id)
     and (p_user_name is null or lower(coalesce(s.user_name, u.email::text)) = lower(p_user_name))
     and (p_external_id is null or s.external_id = p_external_id)
$$;
comment on function private.scim_user_rows(uuid, uuid, text, text) is 'Members of an organization as SCIM User resources.';
revoke execute on function private.scim_user_rows(uuid, uuid, text, text) from public;
