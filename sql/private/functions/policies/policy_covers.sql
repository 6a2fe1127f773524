--! owner: cadastre_system
-- Is a member among those whom a policy names: by a role, system or own, or by themselves? It names neither: everybody is.
create or replace function private.policy_covers(p_roles text[], p_users uuid[], p_org uuid, p_user uuid) returns boolean
language sql stable parallel safe
set search_path = ''
as $$
  select (cardinality(p_roles) = 0 and cardinality(p_users) = 0)
      or p_user = any (p_users)
      or exists (select from access.memberships m where m.org_id = p_org and m.user_id = p_user and m.role_key = any (p_roles))
      or exists (select from access.membership_roles r where r.org_id = p_org and r.user_id = p_user and r.role_key = any (p_roles))
$$;
comment on function private.policy_covers(text[], uuid[], uuid, uuid) is 'Whether a policy''s roles and users name a member.';
revoke execute on function private.policy_covers(text[], uuid[], uuid, uuid) from public;
