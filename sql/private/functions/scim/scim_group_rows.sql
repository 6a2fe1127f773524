--! owner: cadastre_system
-- An organization's own roles as SCIM groups; the id of a group is the role's key.
create or replace function private.scim_group_rows(p_org uuid, p_key text default null)
returns table (id text, created_at timestamptz, resource jsonb)
language sql stable security definer
set search_path = ''
as $$
  select r.key, r.created_at,
         jsonb_strip_nulls(jsonb_build_object(
           'id', r.key,
           'externalId', g.external_id,
           'displayName', r.title,
           'members', coalesce((select jsonb_agg(jsonb_build_object('value', x.user_id, 'display', coalesce(s.user_name, u.email::text))
                                                 order by x.user_id)
                                  from access.membership_roles x
                                  join access.users u on u.id = x.user_id
                                  left join access.scim_users s on s.org_id = x.org_id and s.user_id = x.user_id
                                 where x.org_id = r.org_id and x.role_key = r.key), '[]'),
           'meta', jsonb_build_object(
             'resourceType', 'Group',
             'created', to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'lastModified', to_char(greatest(r.updated_at, g.updated_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))))
    from access.org_roles r
    left join access.scim_groups g on g.org_id = r.org_id and g.role_key = r.key
   where r.org_id = p_org and (p_key is null or r.key = p_key)
$$;
comment on function private.scim_group_rows(uuid, text) is 'Own roles of an organization as SCIM Group resources.';
revoke execute on function private.scim_group_rows(uuid, text) from public;
