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

create or replace function private.may(organization uuid, permission text, dataset uuid) returns boolean
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
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
