--! owner: cadastre_system
-- New recovery codes in place of all earlier ones.
create or replace function private.renew_recovery_codes(p_session_id uuid, p_code_hashes bytea[])
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  own private.sessions := private.own_session(p_session_id, true);
begin
  if cardinality(private.factor_kinds(own.user_id)) = 0 then
    perform core.raise('AC069', 'recovery codes stand in for a second factor, and there is none', 'Set up a second factor first.');
  end if;
  delete from private.recovery_codes c where c.user_id = own.user_id;
  insert into private.recovery_codes (code_hash, user_id) select h, own.user_id from unnest(p_code_hashes) h;
  perform private.record_sign_in(own.user_id, own.org_id, 'factor.codes', own.id::text);
  return true;
end
$$;
comment on function private.renew_recovery_codes(uuid, bytea[]) is
  'Replaces the recovery codes. The gateways only. Errors: AC060, AC061, AC069.';
revoke execute on function private.renew_recovery_codes(uuid, bytea[]) from public;
grant execute on function private.renew_recovery_codes(uuid, bytea[]) to cadastre_gateway;
