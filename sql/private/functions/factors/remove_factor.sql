--! owner: cadastre_system
-- Removes ones own authenticator app or one passkey; recovery codes go with the last factor.
create or replace function private.remove_factor(p_session_id uuid, p_kind text, p_passkey_id uuid default null)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  own private.sessions := private.own_session(p_session_id, true);
  gone boolean;
begin
  if p_kind = 'totp' then
    delete from private.totp_factors f where f.user_id = own.user_id;
  else
    delete from private.passkeys p where p.user_id = own.user_id and p.id = p_passkey_id;
  end if;
  gone := found;
  if not gone then
    return false;
  end if;
  if cardinality(private.factor_kinds(own.user_id)) = 0 then
    -- One organization is enough to need one; the raise brings the factor back.
    if exists (select from access.memberships m join access.org_security s on s.org_id = m.org_id
                where m.user_id = own.user_id and m.status = 'active' and s.require_factor) then
      perform core.raise('AC069', 'your organization requires a second factor', 'Set up another one first.');
    end if;
    delete from private.recovery_codes c where c.user_id = own.user_id;
  end if;
  perform private.queue_mail('factor_removed', u.email, u.locale, p_user_id => u.id, p_data => jsonb_build_object('kind', p_kind))
     from access.users u where u.id = own.user_id;
  perform private.record_sign_in(own.user_id, own.org_id, 'factor.remove', own.id::text, jsonb_build_object('kind', p_kind));
  return true;
end
$$;
comment on function private.remove_factor(uuid, text, uuid) is
  'Removes a factor; false when there is none. The gateways only. Errors: AC060, AC061, AC069.';
revoke execute on function private.remove_factor(uuid, text, uuid) from public;
grant execute on function private.remove_factor(uuid, text, uuid) to cadastre_gateway;
