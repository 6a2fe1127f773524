--! owner: cadastre_system
-- Puts a mail on its way in the caller's transaction: no commit, no mail. The link's token does not exist yet: the server
-- makes it when it sends the mail, so no row holds a secret.
create or replace function private.queue_mail(p_template text, p_recipient text, p_locale text, p_purpose text default null, p_user_id uuid default null, p_org_id uuid default null, p_invitation_id uuid default null, p_valid_for interval default '1 hour', p_data jsonb default '{}')
returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  max_hourly constant int := 10;
  made uuid;
begin
  -- Nobody's mailbox is filled by somebody else's clicks; what tells of a change is always sent.
  if p_purpose is not null and (select count(*) from private.mails m
       where m.recipient = lower(p_recipient) and m.template = p_template and m.created_at > clock_timestamp() - interval '1 hour') >= max_hourly then
    return null;
  end if;
  insert into private.mails (template, recipient, locale, purpose, user_id, org_id, invitation_id, valid_for, data)
  values (p_template, lower(p_recipient), coalesce(p_locale, 'en'), p_purpose, p_user_id, p_org_id, p_invitation_id,
          p_valid_for, coalesce(p_data, '{}'))
  returning id into made;
  perform core.notify('mail', null);
  return made;
end
$$;
comment on function private.queue_mail(text, text, text, text, uuid, uuid, uuid, interval, jsonb) is
  'Queues a mail, with a link for p_purpose where there is one; null when the address got too many.';
revoke execute on function private.queue_mail(text, text, text, text, uuid, uuid, uuid, interval, jsonb) from public;
grant execute on function private.queue_mail(text, text, text, text, uuid, uuid, uuid, interval, jsonb) to cadastre_owner, cadastre_logins;
