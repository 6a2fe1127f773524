--! owner: cadastre_system
-- One try at the next step of a sign-in or ceremony: counted before anything is compared, so that tries at the same moment
-- are counted too. Null: unknown, used, expired or tried too often.
create or replace function private.try_challenge(p_token_hash bytea, p_purpose text)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  max_tries constant int := 10;
  tried private.challenges;
begin
  update private.challenges c set tries = c.tries + 1
   where c.token_hash = p_token_hash and c.purpose = p_purpose and c.used_at is null
     and c.expires_at > clock_timestamp() and c.tries < max_tries
  returning * into tried;
  if tried.token_hash is null then
    return null;
  end if;
  return jsonb_build_object('userId', tried.user_id, 'sessionId', tried.session_id, 'detail', tried.detail,
                            'factors', to_jsonb(private.factor_kinds(tried.user_id)), 'sealedSeed',
                            (select f.sealed_seed from private.totp_factors f
                              where f.user_id = tried.user_id and f.confirmed_at is not null));
end
$$;
comment on function private.try_challenge(bytea, text) is
  '{userId, sessionId, detail, factors, sealedSeed} of a challenge, or null. The gateways only.';
revoke execute on function private.try_challenge(bytea, text) from public;
grant execute on function private.try_challenge(bytea, text) to cadastre_gateway;
