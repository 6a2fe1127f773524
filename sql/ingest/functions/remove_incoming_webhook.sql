-- Removes an incoming webhook with its secret: its address answers as one that never was.
create or replace function ingest.remove_incoming_webhook(webhook_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('connector.delete');
  delete from ingest.incoming_webhooks w where w.org_id = private.org_id() and w.id = remove_incoming_webhook.webhook_id;
  if not found then
    return false;
  end if;
  perform audit.record('incoming_webhook.remove', 'incoming_webhook', webhook_id::text, '{}');
  return true;
end
$$;
comment on function ingest.remove_incoming_webhook(uuid) is 'Removes an incoming webhook; false where there is none. Needs connector.delete.';
grant execute on function ingest.remove_incoming_webhook(uuid) to cadastre_user, cadastre_worker;
