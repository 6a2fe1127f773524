--! owner: cadastre_system
-- Sends an open invitation again; the link of the mail before does not count any more.
create or replace function access.resend_invitation(p_id uuid, locale text default 'en')
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  target access.invitations;
begin
  perform core.require('member.create');
  select * into target from access.invitations i
   where i.org_id = private.org_id() and i.id = p_id and i.accepted_at is null and i.revoked_at is null
     and i.expires_at > clock_timestamp()
   for update;
  if target.id is null then
    perform core.raise('AC066', 'there is no such open invitation', 'Choose one of those you see, or invite anew.');
  end if;
  update private.mail_tokens t set used_at = clock_timestamp()
   where t.org_id = target.org_id and t.invitation_id = target.id and t.used_at is null;
  update private.mails m set failed_at = clock_timestamp()
   where m.org_id = target.org_id and m.invitation_id = target.id and m.sent_at is null and m.failed_at is null;
  perform private.mail_invitation(target, resend_invitation.locale);
  perform audit.record('invitation.resend', 'invitation', target.id::text);
  return true;
end
$$;
comment on function access.resend_invitation(uuid, text) is
  'Sends an invitation again. Needs member.create. Errors: AC066.';
revoke execute on function access.resend_invitation(uuid, text) from public;
grant execute on function access.resend_invitation(uuid, text) to cadastre_user, cadastre_worker;
