-- Removes a webhook with its secrets, deliveries and rules. False: there is none.
create or replace function ops.remove_webhook(webhook_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  gone boolean;
begin
  perform core.require('ops.edit');
  delete from ops.webhooks w where w.org_id = private.org_id() and w.id = remove_webhook.webhook_id;
  gone := found;
  if gone then
    perform audit.record('webhook.remove', 'webhook', remove_webhook.webhook_id::text);
  end if;
  return gone;
end
$$;
comment on function ops.remove_webhook(uuid) is 'Removes a webhook; false where there is none. Needs ops.edit.';
grant execute on function ops.remove_webhook(uuid) to cadastre_user, cadastre_worker;
