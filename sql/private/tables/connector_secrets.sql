comment on table private.connector_secrets is 'Secrets of connectors, sealed by the server.';
alter table private.connector_secrets enable row level security, force row level security;
drop policy if exists all_system on private.connector_secrets;
create policy all_system on private.connector_secrets for all to cadastre_system using (true) with check (true);
grant select, insert, update, delete on private.connector_secrets to cadastre_system;
