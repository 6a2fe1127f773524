comment on table ingest.source_pulls is 'Readings of sources: state, files, submitted runs, cursor before and after.';
comment on column ingest.source_pulls.status is 'queued, running, waiting (tried again by itself), succeeded, failed, cancelled.';
comment on column ingest.source_pulls.error is '{code, message, hint, transient, retry_at}: why it failed or waits.';
alter table ingest.source_pulls enable row level security, force row level security;
drop policy if exists select_member on ingest.source_pulls;
create policy select_member on ingest.source_pulls for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('datasource.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.source_pulls;
create policy all_owner on ingest.source_pulls for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.source_pulls;
create policy all_system on ingest.source_pulls for all to cadastre_system using (true) with check (true);
grant select on ingest.source_pulls to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.source_pulls to cadastre_system;
create or replace trigger source_pulls__signal after update of status on ingest.source_pulls
  for each row when (old.status is distinct from new.status and new.status in ('succeeded', 'failed', 'cancelled'))
  execute function ingest.tg_source_pulls__signal();
