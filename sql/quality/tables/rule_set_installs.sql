comment on table quality.rule_set_installs is 'Rule sets that are installed on datasets, with the mapping that was accepted.';

alter table quality.rule_set_installs enable row level security, force row level security;
drop policy if exists select_member on quality.rule_set_installs;
create policy select_member on quality.rule_set_installs for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('quality.view')) or dataset_id::text = any ((select private.allowed_objects('quality.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('quality.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.rule_set_installs;
create policy all_owner on quality.rule_set_installs for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.rule_set_installs to cadastre_user, cadastre_worker;
-- Installs of a shared set are counted across organizations; nobody reads whose.
drop policy if exists select_system on quality.rule_set_installs;
create policy select_system on quality.rule_set_installs for select to cadastre_system using (true);
grant select on quality.rule_set_installs to cadastre_system;
