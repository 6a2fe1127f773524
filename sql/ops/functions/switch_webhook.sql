-- Switches a webhook on or off. What waits for one that is switched off is cancelled; it can be replayed.
create or replace function ops.switch_webhook(webhook_id uuid, active boolean) returns ops.webhooks
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_variable
declare
  result ops.webhooks;
begin
  perform core.require('ops.edit');
  update ops.webhooks w
     set active = switch_webhook.active, disabled_reason = null, failing_since = null
   where w.org_id = private.org_id() and w.id = switch_webhook.webhook_id
  returning * into result;
  if result.id is null then
    perform core.raise('OP004', 'there is no such webhook', 'Check its id.');
  end if;
  if not result.active then
    update ops.webhook_deliveries d set status = 'cancelled', finished_at = clock_timestamp()
     where d.org_id = result.org_id and d.webhook_id = result.id and d.status = 'pending';
  end if;
  perform audit.record('webhook.switch', 'webhook', result.id::text, jsonb_build_object('active', result.active));
  return result;
end
$$;
comment on function ops.switch_webhook(uuid, boolean) is 'Switches a webhook on or off. Needs ops.edit. Errors: OP004.';
grant execute on function ops.switch_webhook(uuid, boolean) to cadastre_user, cadastre_worker;
