--! owner: cadastre_system
-- Makes the invited address's account a member: a new one with the password that its person chooses, or the one that is
-- there, which keeps its own. The link proves the address. All of it is one transaction, so whatever is refused leaves the
-- link as it was. It signs nobody in whose account existed: their factors are asked for at the sign-in.
create or replace function private.accept_invitation(p_token_hash bytea, p_display_name text, p_password_hash text)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  link private.mail_tokens := private.use_mail_token(p_token_hash, array['invitation']);
  asked access.invitations;
  org tenancy.organizations;
  person access.users;
  created boolean := false;
begin
  select * into asked from access.invitations i
   where i.org_id = link.org_id and i.id = link.invitation_id and i.accepted_at is null and i.revoked_at is null
     and i.expires_at > clock_timestamp()
   for update;
  select * into org from tenancy.organizations o where o.id = asked.org_id and o.status = 'active';
  if asked.id is not null then
    insert into access.users (email, display_name) values (asked.email, coalesce(left(p_display_name, 200), ''))
    on conflict on constraint users_email_key do nothing;
    select * into person from access.users u where u.email operator(public.=) asked.email;
  end if;
  -- Whoever invited must still be somebody there who outranks nobody less than the role.
  if org.id is null or person.status is distinct from 'active'
     or (asked.invited_by is not null and not exists (
           select from access.memberships m
             join access.roles mine on mine.key = m.role_key
             join access.roles given on given.key = asked.role_key
            where m.org_id = asked.org_id and m.user_id = asked.invited_by and m.status = 'active' and mine.rank >= given.rank)) then
    perform core.raise('AC062', 'this link does not count (any more)', 'Ask for a new one: links count once and for a time.');
  end if;
  if not private.can_sign_in(person.id) then
    if p_password_hash is null then
      perform core.raise('AC064', 'a new account needs a password', 'Send a password, and perhaps displayName.', 'password');
    end if;
    insert into private.credentials (user_id, password_hash) values (person.id, p_password_hash);
    created := true;
  end if;
  update access.users u set email_verified_at = coalesce(u.email_verified_at, clock_timestamp()) where u.id = person.id;
  insert into access.memberships (org_id, user_id, role_key, source)
  values (org.id, person.id, asked.role_key, 'invitation')
  on conflict (org_id, user_id) do nothing;
  -- Roles that were deleted meanwhile are left out.
  insert into access.membership_roles (org_id, user_id, role_key)
  select org.id, person.id, r.key from access.org_roles r where r.org_id = org.id and r.key = any (asked.own_roles)
  on conflict do nothing;
  update access.invitations i set accepted_at = clock_timestamp(), accepted_by = person.id
   where i.org_id = asked.org_id and i.id = asked.id;
  perform private.record_sign_in(person.id, org.id, 'invitation.accept', asked.id::text, jsonb_build_object('role', asked.role_key));
  return jsonb_build_object('userId', person.id, 'created', created, 'orgSlug', org.slug);
end
$$;
comment on function private.accept_invitation(bytea, text, text) is
  '{userId, created, orgSlug}. The gateways only. Errors: AC062, AC064 a new account without a password.';
revoke execute on function private.accept_invitation(bytea, text, text) from public;
grant execute on function private.accept_invitation(bytea, text, text) to cadastre_gateway;
