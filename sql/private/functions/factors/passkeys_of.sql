--! owner: cadastre_system
-- Which passkeys a person has, for the browser to choose from: told after a first proof only.
create or replace function private.passkeys_of(p_user_id uuid)
returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', p.credential_id, 'transports', to_jsonb(p.transports))), '[]')
    from private.passkeys p where p.user_id = p_user_id
$$;
comment on function private.passkeys_of(uuid) is
  '[{id, transports}] of a person. The gateways only.';
revoke execute on function private.passkeys_of(uuid) from public;
grant execute on function private.passkeys_of(uuid) to cadastre_gateway;
