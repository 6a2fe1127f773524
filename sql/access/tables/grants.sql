comment on table access.grants is 'A permission or role given (or with deny, taken) for a time, for the organization or one object; with delegated_by a delegation. Revoked, never deleted.';
comment on column access.grants.object_id is 'Id of the dataset, report or folder, or the tag''s name; null for the organization.';
comment on column access.grants.delegated_by is 'Who passed on a right of their own; it counts as long as they hold it too.';
alter table access.grants enable row level security, force row level security;
drop policy if exists select_member on access.grants;
create policy select_member on access.grants for select to public
  using (org_id = (select private.org_id())
         and (user_id = (select private.user_id()) or delegated_by = (select private.user_id())
              or (select private.has_permission('role.share')) or (select private.has_permission('audit.view'))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on access.grants;
create policy all_owner on access.grants for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on access.grants;
create policy all_system on access.grants for all to cadastre_system using (true) with check (true);
grant select on access.grants to cadastre_user, cadastre_worker;
grant select, insert, update, delete on access.grants to cadastre_system;
