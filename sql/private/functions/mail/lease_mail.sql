--! owner: cadastre_system
-- Hands one mail that is due to a server, together with the digest of the token that its link will carry. Several
-- servers may ask at once: each mail goes to one of them.
create or replace function private.lease_mail(p_token_hash bytea)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  max_tries constant int := 12;
  due private.mails;
begin
  delete from private.mails m where coalesce(m.sent_at, m.failed_at) < clock_timestamp() - interval '40 days';
  delete from private.mail_tokens t where t.expires_at < clock_timestamp() - interval '40 days';
  select * into due from private.mails m
   where m.sent_at is null and m.failed_at is null and m.next_try_at <= clock_timestamp()
   order by m.next_try_at limit 1 for update skip locked;
  if due.id is null then
    return null;
  end if;
  if due.tries >= max_tries then
    update private.mails m set failed_at = clock_timestamp() where m.id = due.id;
    return jsonb_build_object('skip', true);
  end if;
  -- Whoever takes it has this long; after that, or after a failure, it is tried again, ever more slowly.
  update private.mails m
     set tries = m.tries + 1, next_try_at = clock_timestamp() + least(interval '1 minute' * 2 ^ m.tries, interval '6 hours')
   where m.id = due.id;
  if due.purpose is not null then
    delete from private.mail_tokens t where t.mail_id = due.id and t.used_at is null;
    insert into private.mail_tokens (token_hash, mail_id, purpose, user_id, recipient, org_id, invitation_id, expires_at)
    values (p_token_hash, due.id, due.purpose, due.user_id, due.recipient, due.org_id, due.invitation_id,
            clock_timestamp() + due.valid_for);
  end if;
  return jsonb_build_object('id', due.id, 'template', due.template, 'recipient', due.recipient, 'locale', due.locale,
                            'purpose', due.purpose, 'data', due.data, 'tries', due.tries + 1);
end
$$;
comment on function private.lease_mail(bytea) is
  'The next mail to send: {id, template, recipient, locale, purpose, data}, {skip: true} or null. The gateways only.';
revoke execute on function private.lease_mail(bytea) from public;
grant execute on function private.lease_mail(bytea) to cadastre_gateway;
