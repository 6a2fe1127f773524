--! owner: cadastre_system
-- Goes on with a sign-in that waits for its second factor (p_proof, verified by the server), its organization, or both. The
-- answer is private.open_session''s, under p_new_hash.
create or replace function private.complete_sign_in(p_challenge_hash bytea, p_new_hash bytea, p_org_slug text, p_proof jsonb, p_user_agent text)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  waiting private.challenges;
  factor text;
begin
  select * into waiting from private.challenges c
   where c.token_hash = p_challenge_hash and c.purpose = 'sign_in' and c.used_at is null and c.expires_at > clock_timestamp()
   for update;
  if waiting.token_hash is null then
    return null;
  end if;
  factor := waiting.detail->>'factor';
  if p_proof is not null then
    factor := private.use_factor(waiting.user_id, p_proof);
    if factor is null then
      perform private.record_sign_in(waiting.user_id, null, 'factor.refuse', waiting.user_id::text,
        jsonb_build_object('kind', p_proof->>'kind', 'reason', 'used before'), 'refused');
      return null;
    end if;
  end if;
  update private.challenges c set used_at = clock_timestamp() where c.token_hash = p_challenge_hash;
  return private.open_session(waiting.user_id, coalesce(p_org_slug, waiting.detail->>'org'), waiting.detail->>'method',
                              p_new_hash, p_user_agent, factor);
end
$$;
comment on function private.complete_sign_in(bytea, bytea, text, jsonb, text) is
  'Goes on with a sign-in. Null: the challenge or the proof does not count. The gateways only.';
revoke execute on function private.complete_sign_in(bytea, bytea, text, jsonb, text) from public;
grant execute on function private.complete_sign_in(bytea, bytea, text, jsonb, text) to cadastre_gateway;
