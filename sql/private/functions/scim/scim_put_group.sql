--! owner: cadastre_system
-- Creates (p_key null) or replaces a group: p_group is {displayName, externalId, members: [user id]}. A new one is a role
-- without permissions; what it may is for people with role.edit to say. Members that are none of this organization are
-- refused. The gateway's only.
create or replace function private.scim_put_group(p_hash bytea, p_key text, p_group jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  most constant int := 200;
  scope record := private.scim_scope(p_hash);
  key text := p_key;
  base text;
  wanted uuid[] := array(select distinct e::uuid from jsonb_array_elements_text(p_group -> 'members') e);
  changed int;
begin
  -- Changes of one organization's groups take turns: names are compared before they are written.
  perform private.lock_access(scope.org_id);
  if exists (select from access.org_roles r where r.org_id = scope.org_id and lower(r.title) = lower(p_group ->> 'displayName')
                and r.key is distinct from p_key) then
    perform core.raise('AC093', 'a group of this name is there already', 'Look it up by displayName and change it.', 'displayName');
  end if;
  if exists (select from unnest(wanted) w (id) where not exists (
               select from access.memberships m where m.org_id = scope.org_id and m.user_id = w.id)) then
    perform core.raise('AC094', 'a member of the group is no user here', 'Create the user first.', 'members');
  end if;
  if key is null then
    if (select count(*) from access.org_roles r where r.org_id = scope.org_id) >= most then
      perform core.raise('AC094', format('there are %s roles already', most), 'Delete some first.', 'displayName');
    end if;
    base := 'g_' || left(trim(both '_' from regexp_replace(lower(p_group ->> 'displayName'), '[^a-z0-9]+', '_', 'g')), 24);
    key := case when base <> 'g_' and not exists (select from access.org_roles r where r.org_id = scope.org_id and r.key = base)
                then base else left(base, 26) || '_' || encode(public.gen_random_bytes(4), 'hex') end;
    insert into access.org_roles (org_id, key, title, description)
    values (scope.org_id, key, p_group ->> 'displayName', 'Kept by the directory.');
    perform private.scim_record(scope.org_id, scope.token_id, 'role.create', 'role', key, '{"by": "scim"}');
  else
    update access.org_roles r set title = p_group ->> 'displayName', updated_at = clock_timestamp()
     where r.org_id = scope.org_id and r.key = p_key;
    if not found then
      return null;
    end if;
  end if;
  begin
    insert into access.scim_groups (org_id, role_key, external_id) values (scope.org_id, key, p_group ->> 'externalId')
    on conflict (org_id, role_key) do update set external_id = excluded.external_id, updated_at = clock_timestamp();
  exception when unique_violation then
    perform core.raise('AC093', 'another group has this externalId', 'Use another, or change that group.', 'externalId');
  end;
  with gone as (
    delete from access.membership_roles x where x.org_id = scope.org_id and x.role_key = key and x.user_id <> all (wanted) returning 1
  ), made as (
    insert into access.membership_roles (org_id, user_id, role_key) select scope.org_id, w.id, key from unnest(wanted) w (id)
    on conflict do nothing returning 1
  )
  select (select count(*) from gone) + (select count(*) from made) into changed;
  if changed > 0 then
    perform private.scim_record(scope.org_id, scope.token_id, 'role.members', 'role', key,
      jsonb_build_object('by', 'scim', 'changed', changed, 'members', cardinality(wanted)));
  end if;
  return (select g.resource from private.scim_group_rows(scope.org_id, key) g);
end
$$;
comment on function private.scim_put_group(bytea, text, jsonb) is
  'Creates or replaces a SCIM group; null: none of this id here. Errors: AC092 token, AC093 taken, AC094 members. The gateway''s only.';
revoke execute on function private.scim_put_group(bytea, text, jsonb) from public;
grant execute on function private.scim_put_group(bytea, text, jsonb) to cadastre_gateway;
