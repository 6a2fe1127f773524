--! owner: cadastre_system
-- Notes that the person has just proven again who they are: by password, or by a second factor, which counts as step-up too.
-- The server has verified the proof; that it was not used before is decided here.
create or replace function private.prove_again(p_session_id uuid, p_proof jsonb)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  own private.sessions := private.own_session(p_session_id);
  factor text;
begin
  if p_proof->>'kind' <> 'password' then
    if p_proof ? 'challengeHash' then
      update private.challenges c set used_at = clock_timestamp()
       where c.token_hash = decode(p_proof->>'challengeHash', 'hex') and c.purpose = 'passkey_prove'
         and c.session_id = own.id and c.used_at is null and c.expires_at > clock_timestamp();
      if not found then
        return false;
      end if;
    end if;
    factor := private.use_factor(own.user_id, p_proof);
    if factor is null then
      return false;
    end if;
  end if;
  update private.sessions s
     set authenticated_at = clock_timestamp(),
         factor_at = case when factor is null then s.factor_at else clock_timestamp() end,
         factor_kind = coalesce(factor, s.factor_kind)
   where s.id = own.id;
  perform private.record_sign_in(own.user_id, own.org_id, 'session.prove', own.id::text, jsonb_build_object('by', p_proof->>'kind'));
  return true;
end
$$;
comment on function private.prove_again(uuid, jsonb) is
  'Renews the proof of a session; false when the proof was used before. The gateways only. Errors: AC061.';
revoke execute on function private.prove_again(uuid, jsonb) from public;
grant execute on function private.prove_again(uuid, jsonb) to cadastre_gateway;
