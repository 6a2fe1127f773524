-- Changes an own role; what is null stays. Counts for everybody who has it from the next statement on. Nobody changes a
-- role that holds what they do not hold, nor puts such a thing into it.
create or replace function access.change_org_role(key text, title text default null, permissions text[] default null,
                                                  system_parents text[] default null, own_parents text[] default null,
                                                  description text default null)
returns access.org_roles
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  result access.org_roles;
begin
  perform core.require('role.edit');
  perform private.lock_access(org);
  perform private.check_org_role(change_org_role.key);
  if length(trim(change_org_role.title)) not between 1 and 200 or length(change_org_role.description) > 4000 then
    perform core.raise('AC022', 'the title is empty, or title or description too long', 'Give a title of 1 to 200 characters.', 'title');
  end if;
  update access.org_roles r
     set title = coalesce(trim(change_org_role.title), r.title), description = coalesce(change_org_role.description, r.description)
   where r.org_id = org and r.key = change_org_role.key
  returning * into result;
  perform private.put_org_role(result.key,
    coalesce(change_org_role.permissions, array(
      select p.permission from access.org_role_permissions p where p.org_id = org and p.role_key = result.key)),
    coalesce(change_org_role.system_parents, array(
      select p.system_parent from access.org_role_parents p where p.org_id = org and p.role_key = result.key and p.system_parent is not null)),
    coalesce(change_org_role.own_parents, array(
      select p.own_parent from access.org_role_parents p where p.org_id = org and p.role_key = result.key and p.own_parent is not null)));
  perform audit.record('role.edit', 'role', result.key, jsonb_strip_nulls(jsonb_build_object('title', change_org_role.title,
    'permissions', change_org_role.permissions, 'system_parents', change_org_role.system_parents,
    'own_parents', change_org_role.own_parents)));
  return result;
end
$$;
comment on function access.change_org_role(text, text, text[], text[], text[], text) is
  'Changes an own role; null leaves as it is. Needs role.edit and every permission in it. Errors: AC002, AC020, AC021 not there, AC022 title, AC023 circle, AC033 too many.';
grant execute on function access.change_org_role(text, text, text[], text[], text[], text) to cadastre_user, cadastre_worker;
