--! owner: cadastre_system
-- The live session of a token that the server has verified, also a pending one, which is nobody to private.identity():
-- what a person does with their own account needs no organization. With p_recent also: proven not long ago.
create or replace function private.own_session(p_session_id uuid, p_recent boolean default false)
returns private.sessions
language plpgsql stable security definer
set search_path = ''
as $$
declare
  own private.sessions;
begin
  select s.* into own
    from private.sessions s
    join access.users u on u.id = s.user_id and u.status = 'active'
   where s.id = p_session_id and s.ended_at is null and s.expires_at > clock_timestamp();
  if own.id is null then
    perform core.raise('AC061', 'the session has ended', 'Sign in again at POST /auth/login.');
  end if;
  if p_recent and own.authenticated_at + (private.session_limits(own.org_id)).reauthentication <= clock_timestamp() then
    perform core.raise('AC060', 'this needs a fresh proof of who you are',
      'Prove it at POST /auth/reauthenticate with one of: '
        || array_to_string(private.proof_kinds(own.user_id), ', ') || '. Then do it again.');
  end if;
  return own;
end
$$;
comment on function private.own_session(uuid, boolean) is
  'The session, when it is live, and with recent: proven not long ago. Errors: AC060, AC061.';
revoke execute on function private.own_session(uuid, boolean) from public;
