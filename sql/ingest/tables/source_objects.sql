comment on table ingest.source_objects is 'Objects and files of a source that were read already, by name and version.';

alter table ingest.source_objects enable row level security, force row level security;
drop policy if exists select_member on ingest.source_objects;
create policy select_member on ingest.source_objects for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('datasource.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.source_objects;
create policy all_owner on ingest.source_objects for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.source_objects;
create policy all_system on ingest.source_objects for all to cadastre_system using (true) with check (true);
grant select on ingest.source_objects to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.source_objects to cadastre_system;
