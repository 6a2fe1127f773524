--! owner: cadastre_system
-- Signs out: ends the refresh token's whole family. An access token counts until it expires, minutes later.
create or replace function private.end_session(p_token_hash bytea) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  token private.refresh_tokens;
begin
  select * into token from private.refresh_tokens t where t.token_hash = p_token_hash;
  if token.token_hash is null then
    return false;
  end if;
  update private.refresh_tokens t set revoked_at = clock_timestamp()
   where t.family_id = token.family_id and t.revoked_at is null;
  return found;
end
$$;
comment on function private.end_session(bytea) is 'Ends the session of a refresh token; false when there is none. The gateway''s only.';
revoke execute on function private.end_session(bytea) from public;
grant execute on function private.end_session(bytea) to cadastre_gateway;
