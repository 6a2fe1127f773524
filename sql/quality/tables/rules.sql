comment on table quality.rules is 'Rules of datasets as data. Version is the newest, deployed_version the one that loads are asked.';

alter table quality.rules enable row level security, force row level security;
drop policy if exists select_member on quality.rules;
create policy select_member on quality.rules for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.rules;
create policy all_owner on quality.rules for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.rules to cadastre_user, cadastre_worker;
create or replace trigger rules__touch before update on quality.rules for each row execute function core.tg_touch();
