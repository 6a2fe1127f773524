comment on table quality.column_profiles is 'Statistics of one field in one profile.';

alter table quality.column_profiles enable row level security, force row level security;
drop policy if exists select_member on quality.column_profiles;
create policy select_member on quality.column_profiles for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[])
         -- Values of rows, before any filter or mask could tell what of them may be seen.
         and ((select private.has_permission('record.view')) or dataset_id::text = any ((select private.allowed_objects('record.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('record.view', 'dataset'))::text[])
         and dataset_id <> all ((select private.bound_datasets())::uuid[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.column_profiles;
create policy all_owner on quality.column_profiles for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.column_profiles to cadastre_user, cadastre_worker;
