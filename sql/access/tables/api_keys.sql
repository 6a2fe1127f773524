comment on table access.api_keys is 'Keys for programs: their permissions, never their secrets.';
alter table access.api_keys enable row level security, force row level security;
drop policy if exists select_member on access.api_keys;
create policy select_member on access.api_keys for select to public
  using (org_id = (select private.org_id())
         and (created_by = (select private.user_id()) or (select private.has_permission('organization.security'))));
drop policy if exists all_owner on access.api_keys;
create policy all_owner on access.api_keys for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.api_keys;
create policy all_system on access.api_keys for all to cadastre_system using (true) with check (true);
grant select on access.api_keys to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.api_keys to cadastre_system;
