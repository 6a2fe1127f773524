--! owner: cadastre_system
-- The mail of an invitation, with its link.
create or replace function private.mail_invitation(p_invitation access.invitations, p_locale text)
returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.queue_mail('invitation', p_invitation.email::text, case when p_locale in ('en', 'fr') then p_locale else 'en' end,
    'invitation', null, p_invitation.org_id, p_invitation.id,
    greatest(p_invitation.expires_at - clock_timestamp(), interval '1 minute'),
    jsonb_build_object('org', o.name, 'role', p_invitation.role_key,
      'by', coalesce((select nullif(u.display_name, '') from access.users u where u.id = p_invitation.invited_by),
                     (select u.email::text from access.users u where u.id = p_invitation.invited_by), '')))
     from tenancy.organizations o where o.id = p_invitation.org_id;
end
$$;
comment on function private.mail_invitation(access.invitations, text) is
  'Queues the mail of an invitation.';
revoke execute on function private.mail_invitation(access.invitations, text) from public;
