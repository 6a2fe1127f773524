--! owner: cadastre_system
-- The sealed seed of ones own authenticator, which only the server can open.
create or replace function private.totp_seed(p_session_id uuid, p_confirmed boolean)
returns text
language plpgsql stable security definer
set search_path = ''
as $$
declare
  own private.sessions := private.own_session(p_session_id);
begin
  return (select f.sealed_seed from private.totp_factors f
           where f.user_id = own.user_id and (f.confirmed_at is not null) = p_confirmed);
end
$$;
comment on function private.totp_seed(uuid, boolean) is
  'Sealed seed, or null. The gateways only. Errors: AC061.';
revoke execute on function private.totp_seed(uuid, boolean) from public;
grant execute on function private.totp_seed(uuid, boolean) to cadastre_gateway;
