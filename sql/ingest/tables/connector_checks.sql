comment on table ingest.connector_checks is 'Tests and discoveries of connectors, with what they found.';
comment on column ingest.connector_checks.result is 'test: {message, fingerprint}; discover: {found: [{name, selection, columns, key, rows, bytes}], truncated}.';
alter table ingest.connector_checks enable row level security, force row level security;
drop policy if exists select_member on ingest.connector_checks;
create policy select_member on ingest.connector_checks for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('connector.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.connector_checks;
create policy all_owner on ingest.connector_checks for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.connector_checks;
create policy all_system on ingest.connector_checks for all to cadastre_system using (true) with check (true);
grant select on ingest.connector_checks to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.connector_checks to cadastre_system;
