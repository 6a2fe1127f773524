comment on table ingest.sources is 'What of a connector is read into which dataset, and how far it was read.';
comment on column ingest.sources.how is 'full: all of it each time; incremental: from the cursor on; new_objects: objects that were not read yet.';
comment on column ingest.sources.cursor is 'How far it was read, by kind; moves with the submitted file.';
alter table ingest.sources enable row level security, force row level security;
drop policy if exists select_member on ingest.sources;
create policy select_member on ingest.sources for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('datasource.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.sources;
create policy all_owner on ingest.sources for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.sources;
create policy all_system on ingest.sources for all to cadastre_system using (true) with check (true);
grant select on ingest.sources to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.sources to cadastre_system;
create or replace trigger sources__touch before update on ingest.sources
  for each row execute function core.tg_touch();
