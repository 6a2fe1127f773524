--! owner: cadastre_system
-- Puts a person, known or new, into an organization with a role: the platform's own hands, an organization's service, and
-- members with member.create through the server's vetted functions. Not open to the API: people are asked first
-- (invitations), and whether an address has an account is nobody's to learn.
-- p_org is for the platform's own hands; everybody else acts on their own organization.
create or replace function access.add_member(email text, role_key text, display_name text default '',
                                             password_hash text default null, p_org uuid default null)
returns access.memberships
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  target uuid := coalesce(who.org_id, p_org);
  person access.users;
  result access.memberships;
begin
  if who.kind = 'service' and who.org_id is null then
    perform core.require('platform.manage');
  else
    perform core.require('member.create');
  end if;
  if not exists (select from tenancy.organizations o where o.id = target) then
    perform core.raise('AC001', 'no such organization', 'Check the organization''s slug.', 'org');
  end if;
  if not exists (select from access.roles r where r.key = add_member.role_key) then
    perform core.raise('AC002', format('no such role: %L', left(add_member.role_key, 60)),
      'Use one of owner, ceo, admin, manager, steward, editor, analyst, viewer, client.', 'role_key');
  end if;
  if who.org_id is not null then
    perform private.check_gift(null, add_member.role_key, null, 'organization', null, 'infinity');
  end if;
  if add_member.email !~ '^[^@\s]+@[^@\s]+$' or length(add_member.email) > 254 then
    perform core.raise('AC003', 'this is not an e-mail address', 'Give an address such as ada@example.org.', 'email');
  end if;
  insert into access.users (email, display_name)
  values (add_member.email, coalesce(add_member.display_name, ''))
  on conflict on constraint users_email_key do nothing;
  select * into person from access.users u where u.email operator(public.=) add_member.email::public.citext;
  -- Only the platform's own hands set a password for somebody, and never over one that exists.
  if password_hash is not null and who.kind = 'service' then
    insert into private.credentials (user_id, password_hash) values (person.id, add_member.password_hash)
    on conflict (user_id) do nothing;
  end if;
  -- Who is a member already is changed as access.set_member_role would.
  if who.org_id is not null and exists (select from access.memberships m where m.org_id = target and m.user_id = person.id) then
    perform private.check_rank(person.id);
  end if;
  insert into access.memberships (org_id, user_id, role_key) values (target, person.id, add_member.role_key)
  on conflict (org_id, user_id) do update set role_key = excluded.role_key
  returning * into result;
  perform audit.record('member.add', 'user', person.id::text, jsonb_build_object('role', add_member.role_key), target);
  return result;
end
$$;
comment on function access.add_member(text, text, text, text, uuid) is
  'Adds a person to the organization with a role. Needs member.create. Errors: AC001 organization, AC002 role, AC003 e-mail.';
revoke execute on function access.add_member(text, text, text, text, uuid) from public;
grant execute on function access.add_member(text, text, text, text, uuid) to cadastre_worker;
