--! owner: cadastre_system
-- Is there more to ask about this person or organization than whether the membership is active and what its role has?
-- A disabled account, own roles, grants or denials, an open view; an organization that is suspended, lists networks or
-- has policies about permissions. Coarse on purpose: a yes only means the long question.
--
-- STABLE, so that within one statement it sees what the statement sees: private.tg_exceptions__note needs that.
create or replace function private.exceptional(p_about uuid) returns boolean
language sql stable parallel safe
set search_path = ''
as $$
  select exists (select from access.users u where u.id = p_about and u.status <> 'active')
      or exists (select from access.membership_roles r join access.memberships m on m.org_id = r.org_id and m.user_id = r.user_id
                  where m.user_id = p_about)
      or exists (select from access.grants g join access.memberships m on m.org_id = g.org_id and m.user_id = g.user_id
                  where m.user_id = p_about and g.revoked_at is null and g.ends_at > clock_timestamp())
      or exists (select from access.view_as v join access.memberships m on m.org_id = v.org_id and m.user_id = v.user_id
                  where m.user_id = p_about and v.ended_at is null)
      or exists (select from tenancy.organizations o
                  where o.id = p_about
                    and (o.status <> 'active'
                         or not exists (select from access.org_security s where s.org_id = o.id and s.sql_networks = '{}')
                         or exists (select from access.policies p
                                     where p.org_id = o.id and p.enabled and p.kind in ('permit', 'forbid'))))
$$;
comment on function private.exceptional(uuid) is 'Whether a person or organization needs the long question about identity and permissions.';
revoke execute on function private.exceptional(uuid) from public;
