comment on table ingest.pipeline_templates is 'Templates of the organization''s own; a shared one is in everybody''s marketplace.';

alter table ingest.pipeline_templates enable row level security, force row level security;
drop policy if exists select_member on ingest.pipeline_templates;
create policy select_member on ingest.pipeline_templates for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.pipeline_templates;
create policy all_owner on ingest.pipeline_templates for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.pipeline_templates;
create policy all_system on ingest.pipeline_templates for all to cadastre_system using (true) with check (true);
grant select on ingest.pipeline_templates to cadastre_user, cadastre_worker;
grant select on ingest.pipeline_templates to cadastre_system;
create or replace trigger pipeline_templates__touch before update on ingest.pipeline_templates for each row execute function core.tg_touch();
