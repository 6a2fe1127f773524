--! owner: cadastre_system
-- Adds or changes a webhook. Its secret comes sealed by whoever holds the installation's key (lib/secrets.ts, purpose
-- webhook:<id>), so this is the gateway's and the worker's to call, under the claim of whoever asks. It is taken for a new
-- webhook and for a changed address alone: a secret stays with the receiver that it was given to. Returns whether it was.
create or replace function private.put_webhook(
  p_id uuid, p_url text, p_title text, p_event_kinds text[], p_datasets uuid[], p_sealed text
) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  most constant int := 50;
  before ops.webhooks;
  fresh boolean;
begin
  perform core.require('ops.edit');
  if coalesce(p_url, '') !~ '^https?://[^/?#@\s]+([/?][^#\s]*)?$' or length(p_url) > 2000 then
    perform core.raise('OP001', 'this is not an address that can be called', 'Give it as https://host/path, without name, password or fragment.', 'url');
  elsif coalesce(cardinality(p_event_kinds), 0) not between 1 and 50
     or exists (select from unnest(p_event_kinds) k where k is null or k !~ '^[a-z_]+\.([a-z_]+|\*)$' or length(k) > 80) then
    perform core.raise('OP002', 'these are not kinds of events', 'Name 1 to 50, such as run.failed, dataset.changed or run.*.', 'eventKinds');
  elsif exists (select from unnest(coalesce(p_datasets, '{}')) i where not exists (select from data.datasets d where d.org_id = org and d.id = i)) then
    perform core.raise('IN005', 'there is no such dataset', 'Name datasets of your organization, or none for all.', 'datasets');
  elsif (select count(*) from ops.webhooks w where w.org_id = org and w.id <> p_id) >= most then
    perform core.raise('OP003', format('there are %s webhooks already', most), 'Remove one first.');
  end if;
  select * into before from ops.webhooks w where w.org_id = org and w.id = p_id for update;
  fresh := before.id is null or before.url <> p_url;
  insert into ops.webhooks as w (org_id, id, url, title, event_kinds, dataset_ids, created_by)
  values (org, p_id, p_url, coalesce(p_title, ''), p_event_kinds, coalesce(p_datasets, '{}'), private.actor_id())
  on conflict (org_id, id) do update
    set url = excluded.url, title = excluded.title, event_kinds = excluded.event_kinds, dataset_ids = excluded.dataset_ids;
  if fresh then
    delete from private.webhook_secrets s where s.org_id = org and s.webhook_id = p_id;
    insert into private.webhook_secrets (org_id, webhook_id, sealed) values (org, p_id, p_sealed);
  end if;
  perform audit.record('webhook.put', 'webhook', p_id::text, jsonb_build_object('url', p_url, 'event_kinds', p_event_kinds,
    'datasets', p_datasets, 'secret_changed', fresh));
  return fresh;
end
$$;
comment on function private.put_webhook(uuid, text, text, text[], uuid[], text) is
  'Adds or changes a webhook; true where it took the secret. Needs ops.edit. Errors: OP001 address, OP002 kinds, OP003 too many, IN005 dataset.';
revoke execute on function private.put_webhook(uuid, text, text, text[], uuid[], text) from public;
grant execute on function private.put_webhook(uuid, text, text, text[], uuid[], text) to cadastre_gateway, cadastre_worker;
