--! owner: cadastre_system
-- Signs a member out of this organization, wherever they are signed in to it.
create or replace function access.end_member_sessions(p_user_id uuid)
returns int
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('member.security');
  return (select count(*)::int
            from (select private.close_session(s.id, 'revoked') as closed from private.sessions s
                   where s.org_id = private.org_id() and s.user_id = p_user_id and s.ended_at is null) c
           where c.closed);
end
$$;
comment on function access.end_member_sessions(uuid) is
  'Ends a members sessions here; how many. Needs member.security.';
revoke execute on function access.end_member_sessions(uuid) from public;
grant execute on function access.end_member_sessions(uuid) to cadastre_user;
