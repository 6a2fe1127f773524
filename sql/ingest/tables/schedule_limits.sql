comment on table ingest.schedule_limits is 'How much the schedules of an organization may do at once and in a clock hour; none: the defaults.';
comment on column ingest.schedule_limits.starts is 'Starts in counted_hour.';

alter table ingest.schedule_limits enable row level security, force row level security;
drop policy if exists select_member on ingest.schedule_limits;
create policy select_member on ingest.schedule_limits for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.schedule_limits;
create policy all_owner on ingest.schedule_limits for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.schedule_limits;
create policy all_system on ingest.schedule_limits for all to cadastre_system using (true) with check (true);
grant select on ingest.schedule_limits to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.schedule_limits to cadastre_system;
