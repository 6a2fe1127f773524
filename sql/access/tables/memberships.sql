comment on table access.memberships is 'A person''s place in an organization, with a role. Removed means nobody at the next statement.';
alter table access.memberships enable row level security, force row level security;
drop policy if exists select_member on access.memberships;
create policy select_member on access.memberships for select to public
  using (org_id = (select private.org_id())
         and (user_id = (select private.user_id()) or (select private.has_permission('member.view'))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.memberships;
create policy all_owner on access.memberships for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.memberships;
create policy all_system on access.memberships for all to cadastre_system using (true) with check (true);
grant select on access.memberships to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.memberships to cadastre_system;
create or replace trigger memberships__touch before update on access.memberships for each row execute function core.tg_touch();
create or replace trigger memberships__keep_owner_update after update on access.memberships
  referencing old table as olds_of_statement for each statement execute function access.tg_memberships__keep_owner();
create or replace trigger memberships__keep_owner_delete after delete on access.memberships
  referencing old table as olds_of_statement for each statement execute function access.tg_memberships__keep_owner();

create or replace trigger memberships__record after update on access.memberships
  for each row when (old.* is distinct from new.*) execute function audit.tg_configuration__record('user_id');
alter table access.memberships enable always trigger memberships__record;
