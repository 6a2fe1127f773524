--! owner: cadastre_system
-- Takes an invitation back: its link does not count any more.
create or replace function access.revoke_invitation(p_id uuid)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('member.create');
  update access.invitations i set revoked_at = clock_timestamp()
   where i.org_id = private.org_id() and i.id = p_id and i.accepted_at is null and i.revoked_at is null;
  if not found then
    perform core.raise('AC066', 'there is no such open invitation', 'Choose one of those you see.');
  end if;
  update private.mails m set failed_at = clock_timestamp()
   where m.org_id = private.org_id() and m.invitation_id = p_id and m.sent_at is null and m.failed_at is null;
  perform audit.record('invitation.revoke', 'invitation', p_id::text);
  return true;
end
$$;
comment on function access.revoke_invitation(uuid) is
  'Revokes an open invitation. Needs member.create. Errors: AC066.';
revoke execute on function access.revoke_invitation(uuid) from public;
grant execute on function access.revoke_invitation(uuid) to cadastre_user, cadastre_worker;
