--! owner: cadastre_system
-- The beginning of a passkeys ceremony; expired ones are cleared away on the way.
create or replace function private.add_challenge(p_token_hash bytea, p_purpose text, p_user_id uuid, p_session_id uuid, p_detail jsonb)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  patience constant interval := '5 minutes';
begin
  delete from private.challenges c where c.expires_at < clock_timestamp() - interval '1 hour';
  insert into private.challenges (token_hash, purpose, user_id, session_id, detail, expires_at)
  values (p_token_hash, p_purpose, p_user_id, p_session_id, p_detail, clock_timestamp() + patience);
  return true;
end
$$;
comment on function private.add_challenge(bytea, text, uuid, uuid, jsonb) is
  'Keeps a challenge for five minutes. The gateways only.';
revoke execute on function private.add_challenge(bytea, text, uuid, uuid, jsonb) from public;
grant execute on function private.add_challenge(bytea, text, uuid, uuid, jsonb) to cadastre_gateway;
