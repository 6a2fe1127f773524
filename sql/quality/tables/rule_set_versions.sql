comment on table quality.rule_set_versions is 'Every list of rules that a rule set has had.';

alter table quality.rule_set_versions enable row level security, force row level security;
drop policy if exists select_member on quality.rule_set_versions;
create policy select_member on quality.rule_set_versions for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('quality.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.rule_set_versions;
create policy all_owner on quality.rule_set_versions for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists select_system on quality.rule_set_versions;
create policy select_system on quality.rule_set_versions for select to cadastre_system using (true);
grant select on quality.rule_set_versions to cadastre_user, cadastre_worker, cadastre_system;
