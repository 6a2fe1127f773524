comment on table ingest.files is 'A received file: where its bytes are, and their digest.';
comment on column ingest.files.duplicate_of is 'Earlier file with the same bytes for the same dataset; this one was not loaded.';

alter table ingest.files enable row level security, force row level security;
drop policy if exists select_member on ingest.files;
-- Who sees the whole organization's runs is not asked about each of them; who sees some datasets' is.
create policy select_member on ingest.files for select to public
  using (org_id = (select private.org_id())
         and (((select private.has_permission('run.view')) and (select private.denied_objects('run.view', 'dataset')) = '{}'::text[])
              or exists (select from ingest.runs r where r.org_id = files.org_id and r.file_id = files.id)));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.files;
create policy all_owner on ingest.files for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- The worker writes what its steps find, within the organization that its claim names.
drop policy if exists write_worker on ingest.files;
create policy write_worker on ingest.files for all to cadastre_worker
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.files;
create policy all_system on ingest.files for all to cadastre_system using (true) with check (true);
grant select on ingest.files to cadastre_user;
grant select, insert, update, delete on ingest.files to cadastre_worker;
grant select, update on ingest.files to cadastre_system;
grant usage on schema ingest to cadastre_user, cadastre_worker, cadastre_system;
comment on column ingest.files.erased_at is 'When lines of it were erased; the digest stays that of what was uploaded.';
comment on column ingest.files.erased_lines is 'Lines that were erased.';
comment on column ingest.files.rewritten_as is 'same: its lines were left empty. ndjson: rewritten as JSON, each record in the line of its number.';
create or replace trigger files__erased before insert on ingest.files
  for each row when (new.duplicate_of is not null) execute function ingest.tg_files__erased();
alter table ingest.files enable always trigger files__erased;
