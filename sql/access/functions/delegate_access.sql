-- Passes a right of one's own on to another member for a time. No permission is asked but the right itself: it counts only
-- as long as who delegated still holds it otherwise than by delegation, and either side, or role.share, ends it.
create or replace function access.delegate_access(
  user_id uuid, lasts interval, permission text default null, system_role text default null, own_role text default null,
  object_kind text default 'organization', object_id text default null, reason text default ''
) returns access.grants
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  moment constant timestamptz := clock_timestamp();
  ends timestamptz;
  result access.grants;
begin
  if who.user_id is null or who.kind not in ('user', 'key') or who.read_only then
    perform core.raise('42501', 'only a member delegates, and only as themselves', 'Sign in, and end looking as somebody else.');
  elsif delegate_access.user_id = who.user_id then
    perform core.raise('AC004', 'you hold this already', 'Choose another member.', 'user_id');
  elsif length(reason) > 2000 then
    perform core.raise('AC020', 'the reason is too long', 'Say it in at most 2000 characters.', 'reason');
  end if;
  object_kind := coalesce(object_kind, 'organization');
  ends := private.check_lasting(delegate_access.user_id, moment, lasts,
    (select s.max_delegation from access.org_security s where s.org_id = who.org_id));
  perform private.check_gift(permission, system_role, own_role, object_kind, object_id, ends);
  insert into access.grants (org_id, user_id, permission, system_role, own_role, object_kind, object_id, starts_at, ends_at,
                             reason, granted_by, delegated_by)
  values (who.org_id, delegate_access.user_id, delegate_access.permission, delegate_access.system_role, delegate_access.own_role,
          delegate_access.object_kind, delegate_access.object_id, moment, ends, coalesce(delegate_access.reason, ''),
          who.user_id, who.user_id)
  returning * into result;
  perform audit.record('grant.delegate', 'grant', result.id::text, private.grant_detail(result));
  return result;
end
$$;
comment on function access.delegate_access(uuid, interval, text, text, text, text, text, text) is
  'Passes a right of your own on for a time. Errors: 42501 not yours to pass on, AC002, AC020, AC021 what, AC004 whom, AC025 how long, AC027 object, AC033 too many.';
revoke execute on function access.delegate_access(uuid, interval, text, text, text, text, text, text) from public;
grant execute on function access.delegate_access(uuid, interval, text, text, text, text, text, text) to cadastre_user;
