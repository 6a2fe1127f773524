--! owner: cadastre_system
-- Ends the sessions of a member in one organization: they are nobody at the next statement.
create or replace function private.end_member_sessions(p_org uuid, p_user uuid) returns void
language sql security definer
set search_path = ''
as $$
  update private.sessions s set ended_at = clock_timestamp(), ended_why = 'member'
   where s.org_id = p_org and s.user_id = p_user and s.ended_at is null
$$;
comment on function private.end_member_sessions(uuid, uuid) is 'Ends a member''s sessions in the organization.';
revoke execute on function private.end_member_sessions(uuid, uuid) from public;
grant execute on function private.end_member_sessions(uuid, uuid) to cadastre_owner;
