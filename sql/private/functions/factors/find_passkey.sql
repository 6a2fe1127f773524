--! owner: cadastre_system
-- The public key to verify a passkeys answer by.
create or replace function private.find_passkey(p_credential_id text)
returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_build_object('userId', p.user_id, 'publicKey', encode(p.public_key, 'hex'), 'counter', p.counter,
                            'transports', to_jsonb(p.transports))
    from private.passkeys p
    join access.users u on u.id = p.user_id and u.status = 'active'
   where p.credential_id = p_credential_id
$$;
comment on function private.find_passkey(text) is
  '{userId, publicKey, counter, transports} of a passkey, or null. The gateways only.';
revoke execute on function private.find_passkey(text) from public;
grant execute on function private.find_passkey(text) to cadastre_gateway;
