--! owner: cadastre_system
-- A sign-in by passkey alone: ceremony and counter are used up together.
create or replace function private.use_passkey_sign_in(p_challenge_hash bytea, p_proof jsonb)
returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  owner uuid;
begin
  update private.challenges c set used_at = clock_timestamp()
   where c.token_hash = p_challenge_hash and c.purpose = 'passkey_sign_in' and c.used_at is null
     and c.expires_at > clock_timestamp();
  if not found then
    return null;
  end if;
  select p.user_id into owner from private.passkeys p where p.credential_id = p_proof->>'credentialId';
  if owner is null or private.use_factor(owner, p_proof) is null then
    return null;
  end if;
  return owner;
end
$$;
comment on function private.use_passkey_sign_in(bytea, jsonb) is
  'The person, or null when challenge or counter was used before. The gateways only.';
revoke execute on function private.use_passkey_sign_in(bytea, jsonb) from public;
grant execute on function private.use_passkey_sign_in(bytea, jsonb) to cadastre_gateway;
