-- Anybody may leave, so no permission is asked; an API key or somebody looking as somebody else may not do it for them.
create or replace function access.leave_organization() returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  if who.kind is distinct from 'user' or who.read_only then
    perform core.raise('42501', 'only a member who is signed in can leave', 'Sign in, and end looking as somebody else.');
  end if;
  perform audit.record('member.leave', 'user', who.user_id::text, '{}');
  perform private.end_membership(who.org_id, who.user_id);
  return true;
end
$$;
comment on function access.leave_organization() is 'Ends your own membership. Errors: AC005 last owner.';
grant execute on function access.leave_organization() to cadastre_user;
