--! owner: cadastre_system
-- Gives every organization that has none its security settings: across organizations, for those that are older than
-- the settings. Run each time the tree is applied.
create or replace function private.fill_org_security() returns void
language sql security definer
set search_path = ''
as $$
  insert into access.org_security (org_id) select o.id from tenancy.organizations o on conflict do nothing
$$;
comment on function private.fill_org_security() is 'Makes missing security settings of organizations, with their defaults.';
revoke execute on function private.fill_org_security() from public;
grant execute on function private.fill_org_security() to cadastre_owner;
