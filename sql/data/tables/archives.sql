comment on table data.archives is 'Superseded versions that lie in the object store as Parquet, one file a batch.';
comment on column data.archives.state is 'writing (still in history), archived (in the file alone), attached (in history again).';
comment on column data.archives.valid_to_max is 'As-of before this needs the archive in history.';
comment on column data.archives.fields is '[{name, position, type}] as the contract was.';

alter table data.archives enable row level security, force row level security;
drop policy if exists select_member on data.archives;
create policy select_member on data.archives for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('dataset.view')) or dataset_id::text = any ((select private.allowed_objects('dataset.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('dataset.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on data.archives;
create policy all_owner on data.archives for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists select_system on data.archives;
create policy select_system on data.archives for select to cadastre_system using (true);
grant select on data.archives to cadastre_system;
grant select on data.archives to cadastre_user, cadastre_worker;
-- With a row its file goes, however the row goes.
create or replace trigger archives__forget_object after delete on data.archives
  for each row execute function data.tg_archives__forget_object();
alter table data.archives enable always trigger archives__forget_object;
