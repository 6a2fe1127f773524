comment on table data.fields is 'The contract in force: one row a field.';
comment on column data.fields.source_name is 'The column''s name in files; matched after the field''s own name.';
comment on column data.fields.source_aliases is 'Other names of the column in files, from before it was renamed there.';
comment on column data.fields.minimum is 'Least allowed value, as text in the field''s type.';
comment on column data.fields.pattern is 'POSIX regular expression that the whole value must match.';
comment on column data.fields.null_tokens is 'Texts that mean null; null means the default: empty, NA, N/A, NULL, \N in typed fields.';

alter table data.fields enable row level security, force row level security;
drop policy if exists select_member on data.fields;
create policy select_member on data.fields for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('dataset.view')) or dataset_id::text = any ((select private.allowed_objects('dataset.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('dataset.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on data.fields;
create policy all_owner on data.fields for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));

-- Conditions name columns, and are checked and compiled by the system role's functions.
drop policy if exists select_system on data.fields;
create policy select_system on data.fields for select to cadastre_system using (true);
grant select on data.fields to cadastre_system;
grant select on data.fields to cadastre_user, cadastre_worker;
