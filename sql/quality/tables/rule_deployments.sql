comment on table quality.rule_deployments is 'Every deployment of a rule; version null: it was taken out of force.';

alter table quality.rule_deployments enable row level security, force row level security;
drop policy if exists select_member on quality.rule_deployments;
create policy select_member on quality.rule_deployments for select to public
  using (org_id = (select private.org_id())
         and exists (select from quality.rules p where p.org_id = rule_deployments.org_id and p.id = rule_deployments.rule_id));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.rule_deployments;
create policy all_owner on quality.rule_deployments for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.rule_deployments to cadastre_user, cadastre_worker;
