-- Sends an event once more, under the same webhook-id, so that a receiver that had it after all knows it again. It comes
-- after what waits already.
create or replace function ops.replay_delivery(delivery_id uuid) returns ops.webhook_deliveries
language plpgsql security definer
set search_path = ''
as $$
declare
  d ops.webhook_deliveries;
  result ops.webhook_deliveries;
begin
  perform core.require('ops.execute');
  select * into d from ops.webhook_deliveries x where x.org_id = private.org_id() and x.id = replay_delivery.delivery_id;
  if d.id is null then
    perform core.raise('OP004', 'there is no such delivery', 'Check its id; deliveries are kept for a month.');
  elsif d.status = 'pending' then
    perform core.raise('OP005', 'the delivery is still under way', 'It is tried again by itself.');
  elsif not exists (select from ops.webhooks w where w.org_id = d.org_id and w.id = d.webhook_id and w.active) then
    perform core.raise('OP005', 'the webhook is switched off', 'Switch it on first.');
  end if;
  insert into ops.webhook_deliveries (org_id, webhook_id, message_id, event_kind, body, replay_of)
  values (d.org_id, d.webhook_id, d.message_id, d.event_kind, d.body, d.id)
  returning * into result;
  perform audit.record('webhook.replay', 'webhook', d.webhook_id::text, jsonb_build_object('delivery', d.id, 'message', d.message_id));
  perform pg_notify('webhooks', '');
  return result;
end
$$;
comment on function ops.replay_delivery(uuid) is 'Sends a delivery''s event again. Needs ops.execute. Errors: OP004 none, OP005 under way or switched off.';
grant execute on function ops.replay_delivery(uuid) to cadastre_user, cadastre_worker;
