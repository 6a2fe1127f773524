--! owner: cadastre_system
-- Takes the state of a sign-in: gone with the first who names it, right browser or wrong, so that it counts once.
-- Null: unknown, taken, expired, another provider's or another browser's. The gateway's only.
create or replace function private.oidc_take(p_provider uuid, p_state_hash bytea, p_browser_hash bytea) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  taken private.oidc_states;
begin
  delete from private.oidc_states s where s.state_hash = p_state_hash returning * into taken;
  if taken.state_hash is null or taken.expires_at <= clock_timestamp() or taken.provider_id <> p_provider
     or taken.browser_hash is distinct from p_browser_hash then
    return null;
  end if;
  return jsonb_build_object('sealed', taken.sealed, 'returnPath', taken.return_path, 'org', taken.org_slug,
                            'linkFor', taken.user_id);
end
$$;
comment on function private.oidc_take(uuid, bytea, bytea) is 'Takes a sign-in''s state, once; null when there is none. The gateway''s only.';
revoke execute on function private.oidc_take(uuid, bytea, bytea) from public;
grant execute on function private.oidc_take(uuid, bytea, bytea) to cadastre_gateway;
