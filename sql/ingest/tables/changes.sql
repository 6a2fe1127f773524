comment on table ingest.changes is E'@name dataset_changes\nOne row a change of a dataset: a merge, an edit by hand. Which rows, and their values, is read from the dataset''s history.';
comment on column ingest.changes.kind is 'load, undo (of many rows); insert, update, delete, restore (of one row, by hand).';
comment on column ingest.changes.txid is 'The transaction that made the change; a reader sees only those before every one still open.';

alter table ingest.changes enable row level security, force row level security;
drop policy if exists select_member on ingest.changes;
create policy select_member on ingest.changes for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('record.view'))
              or dataset_id::text = any ((select private.allowed_objects('record.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('record.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.changes;
create policy all_owner on ingest.changes for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists select_system on ingest.changes;
drop policy if exists all_system on ingest.changes;
create policy all_system on ingest.changes for all to cadastre_system using (true) with check (true);
grant select on ingest.changes to cadastre_user, cadastre_worker, cadastre_system;
grant delete on ingest.changes to cadastre_system;
