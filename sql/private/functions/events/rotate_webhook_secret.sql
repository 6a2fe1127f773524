--! owner: cadastre_system
-- A new secret for a webhook. The one before stays valid for a while: every delivery is signed with both, so that the
-- receiver changes over without losing one.
create or replace function private.rotate_webhook_secret(p_id uuid, p_sealed text, p_overlap interval default '24 hours') returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  until timestamptz := clock_timestamp() + least(greatest(coalesce(p_overlap, '24 hours'), '0 seconds'), '7 days');
begin
  perform core.require('ops.edit');
  if not exists (select from ops.webhooks w where w.org_id = org and w.id = p_id) then
    perform core.raise('OP004', 'there is no such webhook', 'Check its id.');
  end if;
  -- Two at most: what was replaced before goes now.
  delete from private.webhook_secrets s where s.org_id = org and s.webhook_id = p_id and s.expires_at is not null;
  update private.webhook_secrets s set expires_at = until where s.org_id = org and s.webhook_id = p_id;
  insert into private.webhook_secrets (org_id, webhook_id, sealed) values (org, p_id, p_sealed);
  perform audit.record('webhook.rotate', 'webhook', p_id::text, jsonb_build_object('old_until', until));
  return until;
end
$$;
comment on function private.rotate_webhook_secret(uuid, text, interval) is
  'Gives a webhook a new secret; returns until when the old one counts. Needs ops.edit. Errors: OP004.';
revoke execute on function private.rotate_webhook_secret(uuid, text, interval) from public;
grant execute on function private.rotate_webhook_secret(uuid, text, interval) to cadastre_gateway, cadastre_worker;
