comment on table ingest.pipeline_run_steps is 'Steps of an execution with their rows in and out; position 0 is the input.';

alter table ingest.pipeline_run_steps enable row level security, force row level security;
drop policy if exists select_member on ingest.pipeline_run_steps;
create policy select_member on ingest.pipeline_run_steps for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.pipeline_run_steps;
create policy all_owner on ingest.pipeline_run_steps for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.pipeline_run_steps;
create policy all_system on ingest.pipeline_run_steps for all to cadastre_system using (true) with check (true);
grant select on ingest.pipeline_run_steps to cadastre_user, cadastre_worker;
grant select on ingest.pipeline_run_steps to cadastre_system;
