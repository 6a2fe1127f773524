--! owner: cadastre_system
-- The organizations of whoever is asking, for choosing one: across the boundary, but only one's own memberships. The
-- real person's: whoever looks as somebody else does not learn where else that one belongs.
create or replace function access.my_organizations()
returns table (slug text, name text, role_key text)
language sql stable security definer
set search_path = ''
rows 10
as $$
  select o.slug, o.name, m.role_key
    from access.memberships m
    join tenancy.organizations o on o.id = m.org_id and o.status = 'active'
   where m.user_id = private.actor_id() and m.status = 'active'
   order by o.name
$$;
comment on function access.my_organizations() is 'Organizations you belong to, with your role in each.';
grant execute on function access.my_organizations() to cadastre_user;
