comment on table quality.targets is 'The score that a dataset is promised to have; below it an incident is opened.';

alter table quality.targets enable row level security, force row level security;
drop policy if exists select_member on quality.targets;
create policy select_member on quality.targets for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.targets;
create policy all_owner on quality.targets for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.targets to cadastre_user, cadastre_worker;
