-- A role of the organization's own. Nobody puts a permission into it that they do not hold themselves.
create or replace function access.create_org_role(key text, title text, permissions text[] default '{}',
                                                  system_parents text[] default '{}', own_parents text[] default '{}',
                                                  description text default '')
returns access.org_roles
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  max_roles constant int := 200;
  result access.org_roles;
begin
  perform core.require('role.create');
  if create_org_role.key is null or create_org_role.key !~ '^[a-z][a-z0-9_]{1,39}$'
     or exists (select from access.roles r where r.key = create_org_role.key) then
    perform core.raise('AC022', format('%L cannot be a role''s key', left(create_org_role.key, 60)),
      'Use 2 to 40 lower-case letters, digits and underscores, beginning with a letter, and not a system role''s key.', 'key');
  elsif length(trim(coalesce(create_org_role.title, ''))) not between 1 and 200 or length(create_org_role.description) > 4000 then
    perform core.raise('AC022', 'the title is empty, or title or description too long', 'Give a title of 1 to 200 characters.', 'title');
  end if;
  perform private.lock_access(org);
  if (select count(*) from access.org_roles r where r.org_id = org) >= max_roles then
    perform core.raise('AC033', format('an organization has at most %s own roles', max_roles), 'Delete one that nobody has.', 'key');
  elsif exists (select from access.org_roles r where r.org_id = org and r.key = create_org_role.key) then
    perform core.raise('AC022', format('there is a role %s already', create_org_role.key), 'Choose another key.', 'key');
  end if;
  insert into access.org_roles (org_id, key, title, description, created_by)
  values (org, create_org_role.key, trim(create_org_role.title), coalesce(create_org_role.description, ''), private.actor_id())
  returning * into result;
  perform private.put_org_role(result.key, coalesce(create_org_role.permissions, '{}'), coalesce(create_org_role.system_parents, '{}'),
                               coalesce(create_org_role.own_parents, '{}'));
  perform audit.record('role.create', 'role', result.key, jsonb_build_object('permissions', create_org_role.permissions,
    'system_parents', create_org_role.system_parents, 'own_parents', create_org_role.own_parents));
  return result;
end
$$;
comment on function access.create_org_role(text, text, text[], text[], text[], text) is
  'Makes a role of the organization''s own. Needs role.create and every permission in it. Errors: AC002, AC020, AC021 not there, AC022 key or title, AC033 too many.';
grant execute on function access.create_org_role(text, text, text[], text[], text[], text) to cadastre_user, cadastre_worker;
