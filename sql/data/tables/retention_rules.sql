comment on table data.retention_rules is 'How long superseded versions of a dataset''s rows stay, and what becomes of them then.';
comment on column data.retention_rules.keep_versions is 'Newest versions of each row that stay, the one in force among them.';
comment on column data.retention_rules.keep_days is 'Days that a version stays after it was superseded. With both limits set it stays while either says so.';
comment on column data.retention_rules.action is 'remove, or archive: move to the object store as Parquet.';
comment on column data.retention_rules.last_result is '{removed, archived, archives, held} of the last run.';

alter table data.retention_rules enable row level security, force row level security;
drop policy if exists select_member on data.retention_rules;
create policy select_member on data.retention_rules for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('dataset.view')) or dataset_id::text = any ((select private.allowed_objects('dataset.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('dataset.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on data.retention_rules;
create policy all_owner on data.retention_rules for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- Which datasets are due is asked across organizations.
drop policy if exists select_system on data.retention_rules;
create policy select_system on data.retention_rules for select to cadastre_system using (true);
grant select on data.retention_rules to cadastre_system;
grant select on data.retention_rules to cadastre_user, cadastre_worker;
create or replace trigger retention_rules__record after update on data.retention_rules
  for each row when (old.* is distinct from new.*)
  execute function audit.tg_configuration__record('dataset_id', 'last_run_at,last_result,next_run_at,set_at');
alter table data.retention_rules enable always trigger retention_rules__record;
