comment on table ingest.backfills is 'Ranges of sources that are read again slice by slice.';
comment on column ingest.backfills.state is 'running, succeeded, failed (resume_backfill goes on), cancelled.';
comment on column ingest.backfills.done is 'Slices that are loaded, of slices.';
comment on column ingest.backfills.reason is 'What it waits for.';

alter table ingest.backfills enable row level security, force row level security;
drop policy if exists select_member on ingest.backfills;
create policy select_member on ingest.backfills for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('datasource.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.backfills;
create policy all_owner on ingest.backfills for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.backfills;
create policy all_system on ingest.backfills for all to cadastre_system using (true) with check (true);
grant select on ingest.backfills to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.backfills to cadastre_system;
