grant usage on schema ops to cadastre_user, cadastre_worker, cadastre_system;

comment on table ops.webhooks is 'Addresses that an organization''s events are sent to, signed.';
comment on column ops.webhooks.event_kinds is 'Kinds such as run.failed, or a group of them such as run.*; see docs/reference/webhooks.md.';
comment on column ops.webhooks.dataset_ids is 'Only events of these datasets; empty: of all.';
comment on column ops.webhooks.disabled_reason is 'Why it was switched off by itself.';
comment on table ops.webhook_deliveries is 'One row an event for a webhook, sent in their order.';
comment on column ops.webhook_deliveries.message_id is 'The header webhook-id; a replay has the same.';
comment on column ops.webhook_deliveries.response_status is 'HTTP status of the last attempt; null where none was answered.';

do $$
declare
  t text;
begin
  foreach t in array array['webhooks', 'webhook_deliveries', 'notification_rules'] loop
    execute format('alter table ops.%I enable row level security, force row level security', t);
    execute format('drop policy if exists select_member on ops.%I', t);
    execute format('create policy select_member on ops.%I for select to public
      using (org_id = (select private.org_id()) and (select private.has_permission(''ops.view'')))', t);
    -- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
    execute format('drop policy if exists all_owner on ops.%I', t);
    execute format('create policy all_owner on ops.%I for all to cadastre_owner
      using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()))', t);
    -- Events are told, and deliveries sent, across organizations.
    execute format('drop policy if exists all_system on ops.%I', t);
    execute format('create policy all_system on ops.%I for all to cadastre_system using (true) with check (true)', t);
    execute format('grant select on ops.%I to cadastre_user, cadastre_worker', t);
    execute format('grant select, insert, update, delete on ops.%I to cadastre_system', t);
  end loop;
end
$$;
-- What was sent tells of a dataset: not to whom that is denied.
drop policy if exists select_member on ops.webhook_deliveries;
create policy select_member on ops.webhook_deliveries for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('ops.view'))
         and coalesce(body #>> '{data,datasetId}', '') <> all ((select private.denied_objects('run.view', 'dataset'))::text[]));
create or replace trigger webhooks__touch before update on ops.webhooks for each row execute function core.tg_touch();
