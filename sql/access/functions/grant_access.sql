-- Gives somebody a permission or role (or takes a permission: effect deny) for a time, for the organization or one object.
-- Counts from the next statement on, on every road, and no longer than its second of ending. Nobody gives what they do not
-- hold themselves until then; nobody denies somebody above them.
create or replace function access.grant_access(
  user_id uuid, lasts interval, permission text default null, system_role text default null, own_role text default null,
  object_kind text default 'organization', object_id text default null, effect text default 'allow',
  reason text default '', starts_at timestamptz default null
) returns access.grants
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  begins constant timestamptz := coalesce(starts_at, clock_timestamp());
  max_denial constant interval := '10 years';
  ends timestamptz;
  result access.grants;
begin
  perform core.require('role.share');
  object_kind := coalesce(object_kind, 'organization');
  if effect is distinct from 'allow' and effect is distinct from 'deny' or (effect = 'deny' and permission is null) then
    perform core.raise('AC020', 'the effect is allow, or deny for a permission', 'Deny single permissions, not roles.', 'effect');
  elsif length(reason) > 2000 then
    perform core.raise('AC020', 'the reason is too long', 'Say it in at most 2000 characters.', 'reason');
  end if;
  ends := private.check_lasting(grant_access.user_id, begins, lasts,
    case effect when 'deny' then max_denial else (select s.max_grant from access.org_security s where s.org_id = org) end);
  if effect = 'deny' then
    perform private.check_rank(grant_access.user_id);
  end if;
  perform private.check_gift(permission, system_role, own_role, object_kind, object_id, ends, effect = 'allow');
  insert into access.grants (org_id, user_id, permission, system_role, own_role, effect, object_kind, object_id,
                             starts_at, ends_at, reason, granted_by)
  values (org, grant_access.user_id, grant_access.permission, grant_access.system_role, grant_access.own_role, grant_access.effect,
          grant_access.object_kind, grant_access.object_id, begins, ends, coalesce(grant_access.reason, ''), private.actor_id())
  returning * into result;
  perform audit.record('grant.add', 'grant', result.id::text, private.grant_detail(result));
  return result;
end
$$;
comment on function access.grant_access(uuid, interval, text, text, text, text, text, text, text, timestamptz) is
  'Gives (or denies) a permission or role for a time. Needs role.share and what is given. Errors: AC002, AC020, AC021 what, AC004 whom, AC025 how long, AC027 object, AC033 too many.';
revoke execute on function access.grant_access(uuid, interval, text, text, text, text, text, text, text, timestamptz) from public;
grant execute on function access.grant_access(uuid, interval, text, text, text, text, text, text, text, timestamptz) to cadastre_user, cadastre_worker;
