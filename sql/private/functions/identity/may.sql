--! owner: cadastre_system
-- Boundary and permission of one organization's table in one answer, for the data plane's policies:
-- (select private.may('<organization>', 'record.view')), and of one dataset in it, where grants, denials and policies on
-- that dataset count too: (select private.may('<organization>', 'record.view', '<dataset>')).
-- One boolean for the whole statement: the planner takes it for half of the rows, where
-- `(select private.org_id()) = '<organization>'` counts as one row in two hundred and turns analysts' joins into nested
-- loops.
create or replace function private.may(organization uuid, permission text) returns boolean
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  return coalesce(
    who.org_id = organization
    and private.permits(who.kind, who.org_id, who.user_id, who.role_key, who.session_id, who.actor_id, who.read_only, permission),
    false);
end
$$;
comment on function private.may(uuid, text) is
  'True when whoever is asking belongs to the organization and holds the permission there.';
grant execute on function private.may(uuid, text) to public;

-- Asked with every query of an analyst, so for SQL logins of members about whom nothing is out of the ordinary
-- (private.exceptional) it is one query of four looks into indexes, and the general functions decide everything else.
create or replace function private.may(organization uuid, permission text, dataset uuid) returns boolean
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record;
  their_org uuid;
  given boolean;
begin
  if session_user not in ('cadastre_gateway', 'cadastre_worker') then
    select l.org_id, exists (select from private.role_closure c where c.role_key = m.role_key and c.permission = may.permission)
      into their_org, given
      from access.sql_logins l
      join access.memberships m on m.org_id = l.org_id and m.user_id = l.user_id and m.status = 'active'
     where l.role_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user))::oid
       and (l.expires_at is null or l.expires_at > clock_timestamp())
       and not exists (select from private.exceptions e where e.about in (l.org_id, l.user_id));
    if their_org is not null then
      return coalesce(given and their_org = organization and not starts_with(permission, 'platform.'), false);
    end if;
  end if;
  who := private.identity();
  return coalesce(
    who.org_id = organization
    and private.permits(who.kind, who.org_id, who.user_id, who.role_key, who.session_id, who.actor_id, who.read_only, permission,
                        'dataset', dataset::text),
    false);
end
$$;
comment on function private.may(uuid, text, uuid) is
  'True when whoever is asking belongs to the organization and holds the permission on the dataset there.';
grant execute on function private.may(uuid, text, uuid) to public;
