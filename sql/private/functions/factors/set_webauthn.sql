--! owner: cadastre_system
-- What a passkey is to sign as the second factor of a waiting sign-in.
create or replace function private.set_webauthn(p_token_hash bytea, p_challenge text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  update private.challenges c set detail = c.detail || jsonb_build_object('challenge', p_challenge)
   where c.token_hash = p_token_hash and c.purpose = 'sign_in' and c.used_at is null and c.expires_at > clock_timestamp();
  return found;
end
$$;
comment on function private.set_webauthn(bytea, text) is
  'Keeps a passkeys challenge with a sign-in. The gateways only.';
revoke execute on function private.set_webauthn(bytea, text) from public;
grant execute on function private.set_webauthn(bytea, text) to cadastre_gateway;
