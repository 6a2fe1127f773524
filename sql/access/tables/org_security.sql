comment on table access.org_security is 'What an organization decided about its own security; made with it.';
alter table access.org_security enable row level security, force row level security;
drop policy if exists select_member on access.org_security;
create policy select_member on access.org_security for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('organization.security')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.org_security;
create policy all_owner on access.org_security for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.org_security;
create policy all_system on access.org_security for all to cadastre_system using (true) with check (true);
grant select on access.org_security to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.org_security to cadastre_system;
create or replace trigger org_security__touch before update on access.org_security for each row execute function core.tg_touch();
create or replace trigger organizations__security after insert on tenancy.organizations
  for each row execute function access.tg_organizations__security();

create or replace trigger org_security__record after update on access.org_security
  for each row when (old.* is distinct from new.*) execute function audit.tg_configuration__record('org_id');
alter table access.org_security enable always trigger org_security__record;
