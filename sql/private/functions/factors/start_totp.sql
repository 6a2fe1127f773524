--! owner: cadastre_system
-- Keeps a new authenticators seed (sealed by the server) until its first code confirms it.
create or replace function private.start_totp(p_session_id uuid, p_sealed_seed text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  own private.sessions := private.own_session(p_session_id, true);
begin
  if exists (select from private.totp_factors f where f.user_id = own.user_id and f.confirmed_at is not null) then
    perform core.raise('AC069', 'an authenticator app is set up already', 'Remove it first.');
  end if;
  insert into private.totp_factors (user_id, sealed_seed) values (own.user_id, p_sealed_seed)
  on conflict (user_id) do update set sealed_seed = excluded.sealed_seed, last_step = 0, created_at = clock_timestamp();
  return true;
end
$$;
comment on function private.start_totp(uuid, text) is
  'Begins the enrolment of TOTP. The gateways only. Errors: AC060, AC061, AC069.';
revoke execute on function private.start_totp(uuid, text) from public;
grant execute on function private.start_totp(uuid, text) to cadastre_gateway;
