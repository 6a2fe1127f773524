--! owner: cadastre_system
-- What an identity may do, the one place that decides. Services may do everything within the organization that their
-- claim names, and without one only platform.*; operators may do platform.* and nothing inside organizations; members
-- what private.member_permits says of them. An API key also needs the permission among its own. Whoever looks as
-- somebody else may only look (view, export), at what both they and the other one may see, while they may look so.
create or replace function private.permits(
  kind text, org_id uuid, user_id uuid, role_key text, session_id uuid, actor_id uuid, read_only boolean,
  permission text, object_kind text default null, object_id text default null
) returns boolean
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  moment timestamptz := clock_timestamp();
  actor_role text;
  given boolean;
  exceptional boolean;
begin
  -- About most members there is nothing to ask but their role (private.exceptional): then nothing else can give or take.
  if kind in ('user', 'sql', 'key') and not read_only then
    select exists (select from private.role_closure c where c.role_key = permits.role_key and c.permission = permits.permission),
           exists (select from private.exceptions e where e.about in (permits.org_id, permits.user_id))
      into given, exceptional;
    if not exceptional then
      return given and not starts_with(permission, 'platform.')
         and (kind <> 'key' or exists (select from access.api_keys k
                where k.org_id = permits.org_id and k.id = permits.session_id and permits.permission = any (k.permissions)));
    end if;
  end if;
  if kind in ('user', 'sql', 'key') then
    if not private.member_permits(org_id, user_id, role_key, permission, object_kind, object_id, moment) then
      return false;
    end if;
    if kind = 'key' then
      return exists (select from access.api_keys k
                      where k.org_id = permits.org_id and k.id = permits.session_id and permits.permission = any (k.permissions));
    end if;
    if read_only then
      if permission !~ '\.(view|export)$' then
        return false;
      end if;
      select m.role_key into actor_role from access.memberships m where m.org_id = permits.org_id and m.user_id = permits.actor_id;
      return private.member_permits(org_id, actor_id, actor_role, 'member.monitor', null, null, moment)
         and private.member_permits(org_id, actor_id, actor_role, permission, object_kind, object_id, moment);
    end if;
    return true;
  elsif kind = 'service' then
    return (org_id is null) = starts_with(permission, 'platform.');
  elsif kind = 'operator' then
    return starts_with(permission, 'platform.');
  end if;
  return false;
end
$$;
comment on function private.permits(text, uuid, uuid, text, uuid, uuid, boolean, text, text, text) is
  'Whether an identity (the columns of private.identity()) holds a permission, in its organization or on one object.';
revoke execute on function private.permits(text, uuid, uuid, text, uuid, uuid, boolean, text, text, text) from public;
