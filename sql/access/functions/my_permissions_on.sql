--! owner: cadastre_system
-- What whoever is asking may do with one object: roles, and what was given, denied or decided by policy on that object.
create or replace function access.my_permissions_on(object_kind text, object_id text) returns setof text
language plpgsql stable security definer
set search_path = ''
rows 100
as $$
declare
  who record := private.identity();
begin
  return query
    select p.key from access.permissions p
     where who.kind is not null
       and private.permits(who.kind, who.org_id, who.user_id, who.role_key, who.session_id, who.actor_id, who.read_only, p.key,
                           my_permissions_on.object_kind, my_permissions_on.object_id)
     order by p.key;
end
$$;
comment on function access.my_permissions_on(text, text) is 'Your permissions on one object: kind (dataset, tag, report, folder) and id.';
grant execute on function access.my_permissions_on(text, text) to cadastre_user;
