--! owner: cadastre_system
-- A new password by a mailed link. It signs nobody in: a second factor, where there is one, is still asked for at the
-- next sign-in. All sessions end, since the old password may be somebody else's by now.
create or replace function private.reset_password(p_token_hash bytea, p_new_hash text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  link private.mail_tokens := private.use_mail_token(p_token_hash, array['recovery']);
begin
  if not exists (select from access.users u where u.id = link.user_id and u.status = 'active'
                    and u.email operator(public.=) link.recipient) then
    perform core.raise('AC062', 'this link does not count (any more)', 'Ask for a new one: links count once and for a time.');
  end if;
  insert into private.credentials (user_id, password_hash) values (link.user_id, p_new_hash)
  on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = clock_timestamp();
  update private.mail_tokens t set used_at = clock_timestamp()
   where t.user_id = link.user_id and t.purpose = 'recovery' and t.used_at is null;
  -- Who reads the mail has proven the address.
  update access.users u set email_verified_at = coalesce(u.email_verified_at, clock_timestamp()) where u.id = link.user_id;
  perform private.end_sessions(link.user_id, 'password');
  perform private.queue_mail('password_changed', u.email, u.locale, p_user_id => u.id) from access.users u where u.id = link.user_id;
  perform private.record_sign_in(link.user_id, null, 'password.reset', link.user_id::text);
  return true;
end
$$;
comment on function private.reset_password(bytea, text) is
  'Sets a password by a recovery link. The gateways only. Errors: AC062.';
revoke execute on function private.reset_password(bytea, text) from public;
grant execute on function private.reset_password(bytea, text) to cadastre_gateway;
