comment on table access.view_as is 'Somebody looks at the organization as somebody else: read-only, for a time, with a reason.';
alter table access.view_as enable row level security, force row level security;
drop policy if exists select_member on access.view_as;
create policy select_member on access.view_as for select to public
  using (org_id = (select private.org_id())
         and (user_id = (select private.actor_id()) or (select private.has_permission('audit.view'))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.view_as;
create policy all_owner on access.view_as for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.view_as;
create policy all_system on access.view_as for all to cadastre_system using (true) with check (true);
grant select on access.view_as to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.view_as to cadastre_system;
