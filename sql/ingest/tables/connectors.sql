comment on table ingest.connectors is 'Servers that data is fetched from, and how to sign in there; secrets are kept apart, sealed.';
comment on column ingest.connectors.settings is 'By kind, as ingest.connector_kinds() tells; never a secret.';
comment on column ingest.connectors.pinned is 'SFTP: fingerprint of the host key that the first test saw; another key is refused.';
comment on column ingest.connectors.error is '{code, message, hint, transient}: why the last check failed.';
alter table ingest.connectors enable row level security, force row level security;
drop policy if exists select_member on ingest.connectors;
create policy select_member on ingest.connectors for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('connector.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.connectors;
create policy all_owner on ingest.connectors for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.connectors;
create policy all_system on ingest.connectors for all to cadastre_system using (true) with check (true);
grant select on ingest.connectors to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.connectors to cadastre_system;
create or replace trigger connectors__touch before update on ingest.connectors
  for each row execute function core.tg_touch();
