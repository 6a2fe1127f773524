--! owner: cadastre_system
-- What whoever is asking may do here: for hiding what would be refused anyway. The database decides, not this list.
create or replace function access.my_permissions() returns setof text
language sql stable security definer
set search_path = ''
rows 30
as $$
  select c.permission from private.role_closure c where c.role_key = (private.identity()).role_key order by 1
$$;
comment on function access.my_permissions() is 'Your permissions in the organization you are signed in to.';
grant execute on function access.my_permissions() to cadastre_user;
