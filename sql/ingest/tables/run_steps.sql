comment on table ingest.run_steps is 'Steps of a run with their times.';

alter table ingest.run_steps enable row level security, force row level security;
drop policy if exists select_member on ingest.run_steps;
-- Who sees the whole organization's runs is not asked about each of them; who sees some datasets' is.
create policy select_member on ingest.run_steps for select to public
  using (org_id = (select private.org_id())
         and (((select private.has_permission('run.view')) and (select private.denied_objects('run.view', 'dataset')) = '{}'::text[])
              or exists (select from ingest.runs r where r.org_id = run_steps.org_id and r.id = run_steps.run_id)));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.run_steps;
create policy all_owner on ingest.run_steps for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- The worker writes what its steps find, within the organization that its claim names.
drop policy if exists write_worker on ingest.run_steps;
create policy write_worker on ingest.run_steps for all to cadastre_worker
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.run_steps;
create policy all_system on ingest.run_steps for all to cadastre_system using (true) with check (true);
grant select on ingest.run_steps to cadastre_user;
grant select, insert, update, delete on ingest.run_steps to cadastre_worker;
grant select, update, delete on ingest.run_steps to cadastre_system;
