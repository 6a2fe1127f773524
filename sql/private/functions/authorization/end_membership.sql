--! owner: cadastre_system
-- Takes a membership away, its SQL login first, for access.remove_member and access.leave_organization, which have asked
-- whether it may. Sessions, grants and delegations of the person go with it by their foreign keys.
create or replace function private.end_membership(p_org uuid, p_user uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.lock_access(p_org);
  perform access.drop_sql_login(p_user);
  delete from access.memberships m where m.org_id = p_org and m.user_id = p_user;
end
$$;
comment on function private.end_membership(uuid, uuid) is 'Takes a membership and its SQL login away.';
revoke execute on function private.end_membership(uuid, uuid) from public;
grant execute on function private.end_membership(uuid, uuid) to cadastre_owner;
