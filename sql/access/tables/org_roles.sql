-- Roles of an organization's own: changed by functions only, which keep private.org_role_closure true.
comment on table access.org_roles is 'Roles that the organization made for itself, on top of the system roles.';
alter table access.org_roles enable row level security, force row level security;
drop policy if exists select_member on access.org_roles;
create policy select_member on access.org_roles for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('role.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.org_roles;
create policy all_owner on access.org_roles for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.org_roles;
create policy all_system on access.org_roles for all to cadastre_system using (true) with check (true);
grant select on access.org_roles to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.org_roles to cadastre_system;
create or replace trigger org_roles__touch before update on access.org_roles for each row execute function core.tg_touch();

comment on table access.org_role_parents is 'What a role of the organization''s own inherits: a system role or another own role.';
alter table access.org_role_parents enable row level security, force row level security;
drop policy if exists select_member on access.org_role_parents;
create policy select_member on access.org_role_parents for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('role.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.org_role_parents;
create policy all_owner on access.org_role_parents for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.org_role_parents;
create policy all_system on access.org_role_parents for all to cadastre_system using (true) with check (true);
grant select on access.org_role_parents to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.org_role_parents to cadastre_system;

comment on table access.org_role_permissions is 'Permissions that a role of the organization''s own adds to those it inherits.';
alter table access.org_role_permissions enable row level security, force row level security;
drop policy if exists select_member on access.org_role_permissions;
create policy select_member on access.org_role_permissions for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('role.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.org_role_permissions;
create policy all_owner on access.org_role_permissions for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.org_role_permissions;
create policy all_system on access.org_role_permissions for all to cadastre_system using (true) with check (true);
grant select on access.org_role_permissions to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.org_role_permissions to cadastre_system;

create or replace trigger org_roles__record after update on access.org_roles
  for each row when (old.* is distinct from new.*) execute function audit.tg_configuration__record('key');
alter table access.org_roles enable always trigger org_roles__record;
