comment on table ops.notifications is 'What a person was told in the application; everybody sees their own.';
comment on column ops.notifications.link is 'A page of the back office, without the host.';

alter table ops.notifications enable row level security, force row level security;
drop policy if exists select_own on ops.notifications;
create policy select_own on ops.notifications for select to public
  using (org_id = (select private.org_id()) and user_id = (select private.user_id()));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ops.notifications;
create policy all_owner on ops.notifications for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ops.notifications;
create policy all_system on ops.notifications for all to cadastre_system using (true) with check (true);
grant select on ops.notifications to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ops.notifications to cadastre_system;
