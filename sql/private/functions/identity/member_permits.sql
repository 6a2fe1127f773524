--! owner: cadastre_system
-- What one live member may do, on the organization (p_object_kind null) or on one object in it: the one place where
-- roles, own roles, grants, delegations and policies meet. A denial wins over all of them.
--
-- Asked with every statement, so the usual case is one query of four looks into indexes: does the role have it, and are
-- there any own roles, grants in force, or policies about this permission. Each costs more only where it is there.
-- p_moment comes bound to a variable, so that it can bound the index over grants; clock_timestamp() itself is volatile
-- and could not.
--
-- A delegation counts while who delegated holds the permission without any delegation: what one was delegated is not
-- passed on (p_delegated false), so this calls itself at most once.
create or replace function private.member_permits(
  p_org uuid, p_user uuid, p_role text, p_permission text, p_object_kind text, p_object_id text,
  p_moment timestamptz, p_delegated boolean default true, p_object jsonb default null, p_context jsonb default null
) returns boolean
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  given boolean;
  has_own boolean;
  has_grants boolean;
  has_policies boolean;
  grants record;
  verdict text;
begin
  if p_role is null or starts_with(p_permission, 'platform.') then
    return false;
  end if;
  select exists (select from private.role_closure c where c.role_key = p_role and c.permission = p_permission),
         exists (select from access.membership_roles r where r.org_id = p_org and r.user_id = p_user),
         exists (select from access.grants g
                  where g.org_id = p_org and g.user_id = p_user and g.revoked_at is null and g.ends_at > p_moment),
         exists (select from access.policies p
                  where p.org_id = p_org and p.enabled and p.kind in ('permit', 'forbid') and p_permission = any (p.permissions))
    into given, has_own, has_grants, has_policies;
  if has_own and not given then
    given := exists (
      select from access.membership_roles r
        join private.org_role_closure c on c.org_id = r.org_id and c.role_key = r.role_key and c.permission = p_permission
       where r.org_id = p_org and r.user_id = p_user);
  end if;
  if has_grants then
    select * into grants
      from private.member_grants(p_org, p_user, p_permission, p_object_kind, p_object_id, p_moment);
    if grants.denied then
      return false;
    end if;
    given := given or grants.given;
    if not given and p_delegated and grants.delegators is not null then
      given := exists (
        select from access.memberships m
          join access.users u on u.id = m.user_id and u.status = 'active'
         where m.org_id = p_org and m.user_id = any (grants.delegators) and m.status = 'active'
           and private.member_permits(p_org, m.user_id, m.role_key, p_permission, p_object_kind, p_object_id, p_moment, false,
                                      p_object, p_context));
    end if;
  end if;
  if has_policies then
    verdict := private.policy_verdict(p_org, p_user, p_permission, coalesce(p_object_kind, 'organization'), p_object_id,
                                      p_object, p_context) ->> 'effect';
    return verdict is distinct from 'deny' and (given or verdict is not distinct from 'allow');
  end if;
  return given;
end
$$;
comment on function private.member_permits(uuid, uuid, text, text, text, text, timestamptz, boolean, jsonb, jsonb) is
  'Whether a live member with this system role may do this at the moment, on the organization or on one object.';
revoke execute on function private.member_permits(uuid, uuid, text, text, text, text, timestamptz, boolean, jsonb, jsonb) from public;
