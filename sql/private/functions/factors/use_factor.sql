--! owner: cadastre_system
-- Takes the proof of a second factor that the server has verified, once: a code's time step, a recovery code, a passkey's
-- counter are compared and stored in the same statement, so that none counts twice, not even at the same moment.
create or replace function private.use_factor(p_user_id uuid, p_proof jsonb)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  kind text := p_proof->>'kind';
begin
  case kind
    when 'totp' then
      update private.totp_factors f set last_step = (p_proof->>'step')::bigint
       where f.user_id = p_user_id and f.confirmed_at is not null and f.last_step < (p_proof->>'step')::bigint;
    when 'recovery' then
      update private.recovery_codes c set used_at = clock_timestamp()
       where c.user_id = p_user_id and c.used_at is null and c.code_hash = decode(p_proof->>'hash', 'hex');
    when 'passkey' then
      -- Authenticators that count say a higher number each time; those that do not always say 0.
      update private.passkeys k set counter = (p_proof->>'counter')::bigint, last_used_at = clock_timestamp()
       where k.user_id = p_user_id and k.credential_id = p_proof->>'credentialId'
         and (k.counter < (p_proof->>'counter')::bigint or (k.counter = 0 and (p_proof->>'counter')::bigint = 0));
    else
      return null;
  end case;
  if not found then
    return null;
  end if;
  return kind;
end
$$;
comment on function private.use_factor(uuid, jsonb) is
  'The kind of the proof, or null when it was used before.';
revoke execute on function private.use_factor(uuid, jsonb) from public;
