comment on table quality.profiles is 'A profile of a datasets rows after a load.';

alter table quality.profiles enable row level security, force row level security;
drop policy if exists select_member on quality.profiles;
create policy select_member on quality.profiles for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.profiles;
create policy all_owner on quality.profiles for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.profiles to cadastre_user, cadastre_worker;
