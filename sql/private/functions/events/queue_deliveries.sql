--! owner: cadastre_system
-- Deliveries of one event for some webhooks, in the caller's transaction. A backlog is bounded: a webhook that has too
-- much waiting gets no more until it is worked off. Internal.
create or replace function private.queue_deliveries(p_org uuid, p_kind text, p_data jsonb, p_webhooks uuid[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  max_waiting constant int := 10000;
begin
  if cardinality(p_webhooks) = 0 then
    return;
  end if;
  insert into ops.webhook_deliveries (org_id, webhook_id, event_kind, body)
  select p_org, w.id, p_kind, jsonb_build_object('type', p_kind, 'timestamp', to_jsonb(clock_timestamp()), 'data', p_data)
    from ops.webhooks w
   where w.org_id = p_org and w.id = any (p_webhooks) and w.active
     and not exists (select from ops.webhook_deliveries d
                      where d.org_id = p_org and d.webhook_id = w.id and d.status = 'pending'
                     offset max_waiting);
  perform pg_notify('webhooks', '');
end
$$;
comment on function private.queue_deliveries(uuid, text, jsonb, uuid[]) is 'Queues an event for webhooks. Internal.';
revoke execute on function private.queue_deliveries(uuid, text, jsonb, uuid[]) from public;
