--! owner: cadastre_system
-- Begins a change of address: both addresses get a link, and it happens when both were used. So neither a session left
-- open nor a mistyped address takes an account away.
create or replace function private.start_email_change(p_session_id uuid, p_new_email text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  patience constant interval := '1 day';
  own private.sessions := private.own_session(p_session_id, true);
  person access.users;
begin
  if p_new_email !~ '^[^@\s,;:<>()\[\]"\\]+@[^@\s,;:<>()\[\]"\\]+$' or length(p_new_email) > 254 then
    perform core.raise('AC003', 'this is not an e-mail address', 'Give an address such as ada@example.org.', 'email');
  end if;
  select * into person from access.users u where u.id = own.user_id;
  insert into private.email_changes (user_id, new_email, expires_at)
  values (person.id, p_new_email, clock_timestamp() + patience)
  on conflict (user_id) do update set new_email = excluded.new_email, old_agreed = false, new_agreed = false,
    expires_at = excluded.expires_at;
  update private.mail_tokens t set used_at = clock_timestamp()
   where t.user_id = person.id and t.purpose in ('email_old', 'email_new') and t.used_at is null;
  update private.mails m set failed_at = clock_timestamp()
   where m.user_id = person.id and m.purpose in ('email_old', 'email_new') and m.sent_at is null and m.failed_at is null;
  perform private.queue_mail('email_old', person.email, person.locale, 'email_old', person.id, p_valid_for => patience,
                             p_data => jsonb_build_object('email', p_new_email));
  -- A taken address gets no link, and nobody learns from the answer that it is taken.
  if not exists (select from access.users u where u.email operator(public.=) p_new_email::public.citext) then
    perform private.queue_mail('email_new', p_new_email, person.locale, 'email_new', person.id, p_valid_for => patience);
  end if;
  perform private.record_sign_in(own.user_id, own.org_id, 'email.ask', own.id::text);
  return true;
end
$$;
comment on function private.start_email_change(uuid, text) is
  'Begins a change of e-mail address. The gateways only. Errors: AC003, AC060, AC061.';
revoke execute on function private.start_email_change(uuid, text) from public;
grant execute on function private.start_email_change(uuid, text) to cadastre_gateway;
