comment on table lineage.openlineage_endpoints is 'Where OpenLineage events of the organization''s runs are sent. Off by default: no row, no event.';
comment on table lineage.openlineage_outbox is 'OpenLineage events of runs: waiting, sent, or given up with the last error.';
comment on column lineage.openlineage_outbox.event is 'The event as it was made for sending; null before that.';
comment on table private.openlineage_secrets is 'Bearer tokens of OpenLineage endpoints, sealed by the server.';

alter table lineage.openlineage_endpoints enable row level security, force row level security;
drop policy if exists select_member on lineage.openlineage_endpoints;
create policy select_member on lineage.openlineage_endpoints for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('organization.edit')));
drop policy if exists all_owner on lineage.openlineage_endpoints;
create policy all_owner on lineage.openlineage_endpoints for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on lineage.openlineage_endpoints to cadastre_user, cadastre_worker;

alter table lineage.openlineage_outbox enable row level security, force row level security;
drop policy if exists select_member on lineage.openlineage_outbox;
create policy select_member on lineage.openlineage_outbox for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('organization.edit')));
drop policy if exists all_owner on lineage.openlineage_outbox;
create policy all_owner on lineage.openlineage_outbox for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- Runs that a dead worker left are ended by the system: lineage.tg_runs__announce.
drop policy if exists all_system on lineage.openlineage_outbox;
create policy all_system on lineage.openlineage_outbox for all to cadastre_system using (true) with check (true);
drop policy if exists select_system on lineage.openlineage_endpoints;
create policy select_system on lineage.openlineage_endpoints for select to cadastre_system using (true);
grant usage on schema lineage to cadastre_system;
grant select, insert on lineage.openlineage_outbox to cadastre_system;
grant select on lineage.openlineage_endpoints to cadastre_system;
grant select on lineage.openlineage_outbox to cadastre_user, cadastre_worker;

alter table private.openlineage_secrets enable row level security, force row level security;
drop policy if exists all_owner on private.openlineage_secrets;
create policy all_owner on private.openlineage_secrets for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));

create or replace trigger runs__announce after update of status on ingest.runs
  for each row when (new.status in ('running', 'succeeded', 'failed', 'cancelled') and old.status <> new.status)
  execute function lineage.tg_runs__announce();
