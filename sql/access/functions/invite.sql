--! owner: cadastre_system
-- Asks somebody to join, with a role and roles of the organization's own that whoever invites holds themselves. The link
-- goes by mail; the answer does not tell whether the address has an account.
create or replace function access.invite(email text, role_key text, own_roles text[] default '{}', valid_for interval default '7 days', locale text default 'en')
returns access.invitations
language plpgsql security definer
set search_path = ''
as $$
declare
  max_open constant int := 1000;
  max_daily constant int := 200;
  who record := private.identity();
  made access.invitations;
begin
  perform core.require('member.create');
  if invite.email is null or invite.email !~ '^[^@\s,;:<>()\[\]"\\]+@[^@\s,;:<>()\[\]"\\]+$' or length(invite.email) > 254 then
    perform core.raise('AC003', 'this is not an e-mail address', 'Give an address such as ada@example.org.', 'email');
  end if;
  if not exists (select from access.roles r where r.key = invite.role_key) then
    perform core.raise('AC002', format('no such role: %L', left(invite.role_key, 60)),
      'Use one of those in access.roles.', 'role_key');
  end if;
  if valid_for is null or valid_for not between interval '1 hour' and interval '30 days' then
    perform core.raise('AC065', 'an invitation counts for 1 hour to 30 days', 'Correct valid_for.', 'valid_for');
  end if;
  perform private.check_gift(null, invite.role_key, null, 'organization', null, 'infinity');
  perform private.check_gift(null, null, k, 'organization', null, 'infinity') from unnest(coalesce(invite.own_roles, '{}')) k;
  if exists (select from access.memberships m join access.users u on u.id = m.user_id
              where m.org_id = who.org_id and u.email operator(public.=) invite.email::public.citext) then
    perform core.raise('AC065', 'this person is a member already', 'Change their role instead.', 'email');
  end if;
  -- One at a time: what is open and expired makes room.
  perform pg_advisory_xact_lock(hashtextextended('invite ' || who.org_id, 0));
  update access.invitations i set revoked_at = clock_timestamp()
   where i.org_id = who.org_id and i.email operator(public.=) invite.email::public.citext
     and i.accepted_at is null and i.revoked_at is null and i.expires_at <= clock_timestamp();
  if exists (select from access.invitations i where i.org_id = who.org_id and i.email operator(public.=) invite.email::public.citext
                and i.accepted_at is null and i.revoked_at is null) then
    perform core.raise('AC065', 'this person is invited already', 'Send the invitation again, or revoke it first.', 'email');
  end if;
  if (select count(*) from access.invitations i where i.org_id = who.org_id and i.accepted_at is null and i.revoked_at is null
         and i.expires_at > clock_timestamp()) >= max_open
     or (select count(*) from access.invitations i where i.org_id = who.org_id and i.created_at > clock_timestamp() - interval '1 day') >= max_daily then
    perform core.raise('AC065', 'too many invitations', 'Revoke some, or go on tomorrow.');
  end if;
  insert into access.invitations (org_id, email, role_key, own_roles, invited_by, expires_at)
  values (who.org_id, invite.email, invite.role_key, coalesce(invite.own_roles, '{}'), who.actor_id, clock_timestamp() + valid_for)
  returning * into made;
  perform private.mail_invitation(made, invite.locale);
  perform audit.record('invitation.create', 'invitation', made.id::text,
    jsonb_build_object('email', made.email, 'role', made.role_key, 'own_roles', to_jsonb(made.own_roles)));
  return made;
end
$$;
comment on function access.invite(text, text, text[], interval, text) is
  'Invites a person by mail. Needs member.create and every permission of the roles. Errors: AC002 role, AC003 e-mail, AC021 own role, AC065 member or invited already, too many.';
revoke execute on function access.invite(text, text, text[], interval, text) from public;
grant execute on function access.invite(text, text, text[], interval, text) to cadastre_user, cadastre_worker;
