comment on table quality.failing_rows is 'First rows that failed a rule in a check, at most 100, whole.';

alter table quality.failing_rows enable row level security, force row level security;
drop policy if exists select_member on quality.failing_rows;
create policy select_member on quality.failing_rows for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[])
         -- Values of rows, before any filter or mask could tell what of them may be seen.
         and ((select private.has_permission('record.view')) or dataset_id::text = any ((select private.allowed_objects('record.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('record.view', 'dataset'))::text[])
         and dataset_id <> all ((select private.bound_datasets())::uuid[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.failing_rows;
create policy all_owner on quality.failing_rows for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.failing_rows to cadastre_user, cadastre_worker;
