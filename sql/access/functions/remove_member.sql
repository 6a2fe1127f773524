-- Ends a membership: at the next statement the person sees nothing here, on any road. Their SQL login goes too; what they
-- had is told in access.changes. The last owner stays (trigger on memberships).
create or replace function access.remove_member(user_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
begin
  perform core.require('member.delete');
  perform private.check_rank(remove_member.user_id);
  perform private.end_membership(org, remove_member.user_id);
  perform audit.record('member.remove', 'user', remove_member.user_id::text, '{}');
  return true;
end
$$;
comment on function access.remove_member(uuid) is
  'Removes a member and their SQL login. Needs member.delete. Errors: AC004 not a member, AC005 last owner.';
grant execute on function access.remove_member(uuid) to cadastre_user, cadastre_worker;
