--! owner: cadastre_system
-- A passkey whose registration the server has verified.
create or replace function private.add_passkey(p_session_id uuid, p_challenge_hash bytea, p_passkey jsonb, p_code_hashes bytea[])
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  max_passkeys constant int := 20;
  own private.sessions := private.own_session(p_session_id, true);
begin
  update private.challenges c set used_at = clock_timestamp()
   where c.token_hash = p_challenge_hash and c.purpose = 'passkey_register' and c.session_id = own.id
     and c.used_at is null and c.expires_at > clock_timestamp();
  if not found then
    perform core.raise('AC063', 'this proof does not count', 'Begin again.');
  end if;
  if (select count(*) from private.passkeys p where p.user_id = own.user_id) >= max_passkeys then
    perform core.raise('AC069', format('an account has at most %s passkeys', max_passkeys), 'Remove one first.');
  end if;
  insert into private.passkeys (user_id, credential_id, public_key, counter, transports, name, backed_up)
  values (own.user_id, p_passkey->>'credentialId', decode(p_passkey->>'publicKey', 'hex'), (p_passkey->>'counter')::bigint,
          array(select jsonb_array_elements_text(p_passkey->'transports')), p_passkey->>'name', (p_passkey->>'backedUp')::boolean)
  on conflict (credential_id) do nothing;
  if not found then
    perform core.raise('AC069', 'this passkey is set up already', 'Use another authenticator.');
  end if;
  return private.enrolled(own, 'passkey', p_code_hashes);
end
$$;
comment on function private.add_passkey(uuid, bytea, jsonb, bytea[]) is
  'Adds a passkey; true when the recovery codes were kept. The gateways only. Errors: AC060, AC061, AC063, AC069.';
revoke execute on function private.add_passkey(uuid, bytea, jsonb, bytea[]) from public;
grant execute on function private.add_passkey(uuid, bytea, jsonb, bytea[]) to cadastre_gateway;
