--! owner: cadastre_system
-- Mails a link that proves ones own address, where it is not proven.
create or replace function private.send_verification(p_session_id uuid)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  own private.sessions := private.own_session(p_session_id);
begin
  perform private.queue_mail('verify', u.email, u.locale, 'verify', u.id, p_valid_for => '1 day')
     from access.users u where u.id = own.user_id and u.email_verified_at is null;
  return true;
end
$$;
comment on function private.send_verification(uuid) is
  'Sends a verification link. The gateways only. Errors: AC061.';
revoke execute on function private.send_verification(uuid) from public;
grant execute on function private.send_verification(uuid) to cadastre_gateway;
