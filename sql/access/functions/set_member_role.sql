-- Changes a member's system role. Nobody changes somebody above them, or gives a role that they do not hold themselves.
create or replace function access.set_member_role(user_id uuid, role_key text) returns access.memberships
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  was text;
  result access.memberships;
begin
  perform core.require('member.edit');
  -- Before the member's row, so that two changes never wait for each other.
  perform private.lock_access(org);
  perform private.check_rank(set_member_role.user_id);
  perform private.check_gift(null, set_member_role.role_key, null, 'organization', null, 'infinity');
  select m.role_key into was from access.memberships m
   where m.org_id = org and m.user_id = set_member_role.user_id for update;
  update access.memberships m set role_key = set_member_role.role_key
   where m.org_id = org and m.user_id = set_member_role.user_id
  returning * into result;
  perform audit.record('member.role', 'user', result.user_id::text, jsonb_build_object('from', was, 'to', result.role_key));
  return result;
end
$$;
comment on function access.set_member_role(uuid, text) is
  'Changes a member''s system role. Needs member.edit and every permission of the role. Errors: AC002 role, AC004 not a member, AC005 last owner.';
grant execute on function access.set_member_role(uuid, text) to cadastre_user, cadastre_worker;
