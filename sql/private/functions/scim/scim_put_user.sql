--! owner: cadastre_system
-- Creates (p_id null) or replaces a SCIM user from what the server has checked: p_user is {userName, externalId, email,
-- active, displayName, department, profile}. The account belongs to the person: a directory makes one where there is
-- none, and changes no name or address of one that is there; what it says stays with the membership. department becomes
-- the attribute of that name, for conditions of policies. The gateway's only.
--
-- A directory is in the hands of an organization's administrators, so it brings in addresses alone of domains that the
-- organization has proven, as its own identity providers do. Otherwise anybody's account could be made a member unasked,
-- and looked at: whether there is one, the person's name, their second factors.
create or replace function private.scim_put_user(p_hash bytea, p_id uuid, p_user jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  scope record := private.scim_scope(p_hash);
  who uuid := p_id;
  wanted_active constant boolean := coalesce((p_user ->> 'active')::boolean, true);
  department constant jsonb := case when p_user ->> 'department' is not null
                                    then jsonb_build_object('department', p_user ->> 'department') else '{}' end;
  member access.memberships;
begin
  if who is null then
    if exists (select from private.scim_user_rows(scope.org_id, null, p_user ->> 'userName')) then
      perform core.raise('AC093', 'a user of this userName is there already', 'Look it up by userName and change it.', 'userName');
    end if;
    if not private.provider_speaks_for(scope.org_id, p_user ->> 'email')
       and not exists (select from access.memberships m join access.users u on u.id = m.user_id
                        where m.org_id = scope.org_id and u.email operator(public.=) (p_user ->> 'email')::public.citext) then
      perform core.raise('AC095', 'the address is of no domain that the organization has proven',
        'Prove the domain (access.add_domain), or invite the person.', 'emails');
    end if;
    insert into access.users (email, display_name) values (p_user ->> 'email', left(coalesce(p_user ->> 'displayName', ''), 200))
    on conflict on constraint users_email_key do nothing;
    select u.id into who from access.users u where u.email operator(public.=) (p_user ->> 'email')::public.citext;
    insert into access.memberships (org_id, user_id, role_key, status, source, attributes)
    values (scope.org_id, who, scope.default_role, case when wanted_active then 'active' else 'suspended' end, 'scim', department)
    on conflict (org_id, user_id) do nothing;
    if not found then
      perform core.raise('AC093', 'a member with this address is there already', 'Look it up by userName and change it.', 'emails');
    end if;
    perform private.scim_record(scope.org_id, scope.token_id, 'member.add', 'user', who::text,
      jsonb_build_object('role', scope.default_role, 'by', 'scim'));
  else
    select * into member from access.memberships m where m.org_id = scope.org_id and m.user_id = who for update;
    if member.user_id is null then
      return null;
    end if;
    update access.memberships m
       set status = case when wanted_active then 'active' else 'suspended' end, attributes = m.attributes || department
     where m.org_id = scope.org_id and m.user_id = who
       and (m.status = 'active' is distinct from wanted_active or not m.attributes @> department);
    if (member.status = 'active') is distinct from wanted_active then
      perform private.scim_record(scope.org_id, scope.token_id, case when wanted_active then 'member.resume' else 'member.suspend' end,
        'user', who::text, '{"by": "scim"}');
    end if;
  end if;
  if not wanted_active then
    perform private.end_member_sessions(scope.org_id, who);
  end if;
  begin
    insert into access.scim_users as s (org_id, user_id, user_name, external_id, profile)
    values (scope.org_id, who, p_user ->> 'userName', p_user ->> 'externalId', p_user -> 'profile')
    on conflict (org_id, user_id) do update
      set user_name = excluded.user_name, external_id = excluded.external_id, profile = excluded.profile,
          version = s.version + 1, updated_at = clock_timestamp();
  exception when unique_violation then
    perform core.raise('AC093', 'another user has this userName or externalId', 'Use another, or change that user.', 'userName');
  end;
  return (select u.resource from private.scim_user_rows(scope.org_id, who) u);
end
$$;
comment on function private.scim_put_user(bytea, uuid, jsonb) is
  'Creates or replaces a SCIM user; null: none of this id here. Errors: AC005 last owner, AC092 token, AC093 taken, AC095 domain. The gateway''s only.';
revoke execute on function private.scim_put_user(bytea, uuid, jsonb) from public;
grant execute on function private.scim_put_user(bytea, uuid, jsonb) to cadastre_gateway;
