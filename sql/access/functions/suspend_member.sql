-- Suspends a member or lets them back: while suspended they are nobody here, on every road, from the next statement on.
-- Sessions end for good; roles, grants and attributes wait.
create or replace function access.suspend_member(user_id uuid, suspended boolean default true) returns access.memberships
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  result access.memberships;
begin
  perform core.require('member.edit');
  perform private.lock_access(org);
  perform private.check_rank(suspend_member.user_id);
  update access.memberships m set status = case when coalesce(suspended, true) then 'suspended' else 'active' end
   where m.org_id = org and m.user_id = suspend_member.user_id
  returning * into result;
  if result.status = 'suspended' then
    perform private.end_member_sessions(org, result.user_id);
  end if;
  perform audit.record(case result.status when 'suspended' then 'member.suspend' else 'member.resume' end,
                       'user', result.user_id::text, '{}');
  return result;
end
$$;
comment on function access.suspend_member(uuid, boolean) is
  'Suspends a member (or, with false, lets them back). Needs member.edit. Errors: AC004 not a member, AC005 last owner.';
grant execute on function access.suspend_member(uuid, boolean) to cadastre_user, cadastre_worker;
