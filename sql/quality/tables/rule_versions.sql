comment on table quality.rule_versions is 'Every version of a rule: what it asks (kind, fields, parameters), how grave breaking it is and what comes of it.';

alter table quality.rule_versions enable row level security, force row level security;
drop policy if exists select_member on quality.rule_versions;
create policy select_member on quality.rule_versions for select to public
  using (org_id = (select private.org_id())
         and exists (select from quality.rules p where p.org_id = rule_versions.org_id and p.id = rule_versions.rule_id));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on quality.rule_versions;
create policy all_owner on quality.rule_versions for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on quality.rule_versions to cadastre_user, cadastre_worker;
