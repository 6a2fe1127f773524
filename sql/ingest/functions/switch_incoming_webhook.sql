-- Switches an incoming webhook on or off. Off, its address answers as one that never was.
create or replace function ingest.switch_incoming_webhook(webhook_id uuid, active boolean) returns ingest.incoming_webhooks
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_variable
declare
  result ingest.incoming_webhooks;
begin
  perform core.require('connector.edit');
  update ingest.incoming_webhooks w set active = switch_incoming_webhook.active
   where w.org_id = private.org_id() and w.id = switch_incoming_webhook.webhook_id
  returning * into result;
  if result.id is null then
    perform core.raise('IN103', 'there is no such incoming webhook', 'Check its id.');
  end if;
  perform audit.record('incoming_webhook.switch', 'incoming_webhook', result.id::text, jsonb_build_object('active', result.active));
  return result;
end
$$;
comment on function ingest.switch_incoming_webhook(uuid, boolean) is 'Switches an incoming webhook on or off. Needs connector.edit. Errors: IN103.';
grant execute on function ingest.switch_incoming_webhook(uuid, boolean) to cadastre_user, cadastre_worker;
