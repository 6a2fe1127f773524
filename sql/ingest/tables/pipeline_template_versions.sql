comment on table ingest.pipeline_template_versions is 'Every definition that a template has had.';

alter table ingest.pipeline_template_versions enable row level security, force row level security;
drop policy if exists select_member on ingest.pipeline_template_versions;
create policy select_member on ingest.pipeline_template_versions for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.pipeline_template_versions;
create policy all_owner on ingest.pipeline_template_versions for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.pipeline_template_versions;
create policy all_system on ingest.pipeline_template_versions for all to cadastre_system using (true) with check (true);
grant select on ingest.pipeline_template_versions to cadastre_user, cadastre_worker;
grant select on ingest.pipeline_template_versions to cadastre_system;
