--! owner: cadastre_system
-- What whoever is asking may do here: for hiding what would be refused anyway. The database decides, not this list.
create or replace function access.my_permissions() returns setof text
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
       and private.permits(who.kind, who.org_id, who.user_id, who.role_key, who.session_id, who.actor_id, who.read_only, p.key)
     order by p.key;
end
$$;
comment on function access.my_permissions() is 'Your permissions in the organization you are signed in to.';
grant execute on function access.my_permissions() to cadastre_user;
