comment on table data.contracts is 'Every version of a dataset''s contract, whole.';

alter table data.contracts enable row level security, force row level security;
drop policy if exists select_member on data.contracts;
create policy select_member on data.contracts for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('dataset.view')) or dataset_id::text = any ((select private.allowed_objects('dataset.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('dataset.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on data.contracts;
create policy all_owner on data.contracts for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));

grant select on data.contracts to cadastre_user, cadastre_worker;
