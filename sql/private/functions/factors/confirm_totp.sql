--! owner: cadastre_system
-- The first code was right: the authenticator counts from now on.
create or replace function private.confirm_totp(p_session_id uuid, p_step bigint, p_code_hashes bytea[])
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  own private.sessions := private.own_session(p_session_id, true);
begin
  update private.totp_factors f set confirmed_at = clock_timestamp(), last_step = p_step
   where f.user_id = own.user_id and f.confirmed_at is null;
  if not found then
    perform core.raise('AC069', 'there is no authenticator app to confirm', 'Begin again at POST /auth/totp/start.');
  end if;
  return private.enrolled(own, 'totp', p_code_hashes);
end
$$;
comment on function private.confirm_totp(uuid, bigint, bytea[]) is
  'Confirms TOTP; true when the recovery codes were kept. The gateways only. Errors: AC060, AC061, AC069.';
revoke execute on function private.confirm_totp(uuid, bigint, bytea[]) from public;
grant execute on function private.confirm_totp(uuid, bigint, bytea[]) to cadastre_gateway;
