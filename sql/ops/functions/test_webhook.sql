-- Sends an event webhook.test, to see that a webhook works.
create or replace function ops.test_webhook(webhook_id uuid) returns ops.webhook_deliveries
language plpgsql security definer
set search_path = ''
as $$
declare
  w ops.webhooks;
  result ops.webhook_deliveries;
begin
  perform core.require('ops.execute');
  select * into w from ops.webhooks x where x.org_id = private.org_id() and x.id = test_webhook.webhook_id;
  if w.id is null then
    perform core.raise('OP004', 'there is no such webhook', 'Check its id.');
  elsif not w.active then
    perform core.raise('OP005', 'the webhook is switched off', 'Switch it on first.');
  end if;
  insert into ops.webhook_deliveries (org_id, webhook_id, event_kind, body)
  values (w.org_id, w.id, 'webhook.test', jsonb_build_object('type', 'webhook.test', 'timestamp', to_jsonb(clock_timestamp()),
    'data', jsonb_build_object('webhookId', w.id)))
  returning * into result;
  perform pg_notify('webhooks', '');
  return result;
end
$$;
comment on function ops.test_webhook(uuid) is 'Sends a test event to a webhook. Needs ops.execute. Errors: OP004 none, OP005 switched off.';
grant execute on function ops.test_webhook(uuid) to cadastre_user, cadastre_worker;
