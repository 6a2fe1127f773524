comment on table access.membership_roles is 'Which of the organization''s own roles a member has.';
alter table access.membership_roles enable row level security, force row level security;
drop policy if exists select_member on access.membership_roles;
create policy select_member on access.membership_roles for select to public
  using (org_id = (select private.org_id())
         and (user_id = (select private.user_id()) or (select private.has_permission('member.view'))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.membership_roles;
create policy all_owner on access.membership_roles for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.membership_roles;
create policy all_system on access.membership_roles for all to cadastre_system using (true) with check (true);
grant select on access.membership_roles to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.membership_roles to cadastre_system;
