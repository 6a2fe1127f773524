--! owner: cadastre_system
-- Changes ones own password, with a fresh proof; every other session of the person ends.
create or replace function private.change_password(p_session_id uuid, p_new_hash text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  own private.sessions := private.own_session(p_session_id, true);
begin
  insert into private.credentials (user_id, password_hash) values (own.user_id, p_new_hash)
  on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = clock_timestamp();
  update private.mail_tokens t set used_at = clock_timestamp()
   where t.user_id = own.user_id and t.purpose = 'recovery' and t.used_at is null;
  perform private.end_sessions(own.user_id, 'password', own.id);
  perform private.queue_mail('password_changed', u.email, u.locale, p_user_id => u.id) from access.users u where u.id = own.user_id;
  perform private.record_sign_in(own.user_id, own.org_id, 'password.change', own.id::text);
  return true;
end
$$;
comment on function private.change_password(uuid, text) is
  'Sets a password. The gateways only. Errors: AC060, AC061.';
revoke execute on function private.change_password(uuid, text) from public;
grant execute on function private.change_password(uuid, text) to cadastre_gateway;
