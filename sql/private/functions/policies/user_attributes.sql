--! owner: cadastre_system
-- What conditions may ask about a member: their attributes, and id, e-mail and roles, which no attribute can stand in for.
create or replace function private.user_attributes(p_org uuid, p_user uuid) returns jsonb
language sql stable parallel safe
set search_path = ''
as $$
  select m.attributes || jsonb_build_object(
           'id', u.id, 'email', u.email, 'role', m.role_key,
           'roles', to_jsonb(m.role_key || array(select r.role_key from access.membership_roles r
                                                  where r.org_id = m.org_id and r.user_id = m.user_id order by r.role_key)))
    from access.memberships m
    join access.users u on u.id = m.user_id
   where m.org_id = p_org and m.user_id = p_user
$$;
comment on function private.user_attributes(uuid, uuid) is 'Attributes of a member with id, email, role and roles, as conditions ask for them.';
revoke execute on function private.user_attributes(uuid, uuid) from public;
