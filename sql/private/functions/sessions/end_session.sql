--! owner: cadastre_system
-- Signs out: ends the refresh token's session, whose access token is nobody from the next statement on.
create or replace function private.end_session(p_token_hash bytea) returns boolean
language sql security definer
set search_path = ''
as $$
  select coalesce((select private.close_session(t.session_id, 'logout')
                     from private.refresh_tokens t where t.token_hash = p_token_hash), false)
$$;
comment on function private.end_session(bytea) is 'Ends the session of a refresh token; false when there is none. The gateway''s only.';
revoke execute on function private.end_session(bytea) from public;
grant execute on function private.end_session(bytea) to cadastre_gateway;
