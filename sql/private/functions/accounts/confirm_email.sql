--! owner: cadastre_system
-- Uses a link to an address: proves it, or agrees to a change of it. The change itself ends all sessions, whose person
-- signs in under the new address.
create or replace function private.confirm_email(p_token_hash bytea)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  link private.mail_tokens := private.use_mail_token(p_token_hash, array['verify', 'email_old', 'email_new']);
  change private.email_changes;
  invalid boolean := false;
begin
  if link.purpose = 'verify' then
    update access.users u set email_verified_at = coalesce(u.email_verified_at, clock_timestamp())
     where u.id = link.user_id and u.email operator(public.=) link.recipient;
    invalid := not found;
  else
    update private.email_changes c
       set old_agreed = c.old_agreed or link.purpose = 'email_old', new_agreed = c.new_agreed or link.purpose = 'email_new'
     where c.user_id = link.user_id and c.expires_at > clock_timestamp()
       and (link.purpose = 'email_old' or c.new_email operator(public.=) link.recipient)
    returning * into change;
    invalid := change.user_id is null;
  end if;
  if invalid then
    perform core.raise('AC062', 'this link does not count (any more)', 'Ask for a new one: links count once and for a time.');
  end if;
  if change.old_agreed and change.new_agreed then
    begin
      update access.users u set email = change.new_email, email_verified_at = clock_timestamp() where u.id = change.user_id;
    exception when unique_violation then
      -- Somebody else took the address meanwhile.
      perform core.raise('AC062', 'this link does not count (any more)', 'Ask for a new one: links count once and for a time.');
    end;
    delete from private.email_changes c where c.user_id = change.user_id;
    perform private.end_sessions(change.user_id, 'password');
    perform private.record_sign_in(change.user_id, null, 'email.change', change.user_id::text);
    return jsonb_build_object('changed', true);
  end if;
  perform private.record_sign_in(link.user_id, null, 'email.confirm', link.user_id::text, jsonb_build_object('purpose', link.purpose));
  return case when link.purpose = 'verify' then jsonb_build_object('verified', true) else jsonb_build_object('waiting', true) end;
end
$$;
comment on function private.confirm_email(bytea) is
  '{verified}, {waiting} for the other address, or {changed}. The gateways only. Errors: AC062.';
revoke execute on function private.confirm_email(bytea) from public;
grant execute on function private.confirm_email(bytea) to cadastre_gateway;
