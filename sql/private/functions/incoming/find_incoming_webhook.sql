--! owner: cadastre_system
-- What the server needs to prove and take a request at an incoming webhook. Asked before anything is proven, so it is the
-- gateway's alone; nothing of it is told to the sender.
create or replace function private.find_incoming_webhook(p_id uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('orgId', w.org_id, 'userId', w.acts_for, 'dataset', d.name, 'scheme', w.scheme,
             'recordPath', w.record_path, 'mapping', w.mapping, 'keyPath', w.key_path,
             'sealed', case when s.previous_until > clock_timestamp() then jsonb_build_array(s.sealed, s.previous_sealed) else jsonb_build_array(s.sealed) end)
      from ingest.incoming_webhooks w
      join private.incoming_secrets s on s.org_id = w.org_id and s.webhook_id = w.id
      join data.datasets d on d.org_id = w.org_id and d.id = w.dataset_id
     where w.id = p_id and w.active);
end
$$;
comment on function private.find_incoming_webhook(uuid) is
  '{orgId, userId, dataset, scheme, recordPath, mapping, keyPath, sealed: [...]} of an active incoming webhook, or null. The gateway only.';
revoke execute on function private.find_incoming_webhook(uuid) from public;
grant execute on function private.find_incoming_webhook(uuid) to cadastre_gateway;
