--! owner: cadastre_system
-- Another secret for an incoming webhook; the one before counts for so long, while the sender changes over.
create or replace function private.rotate_incoming_secret(p_id uuid, p_sealed text, p_overlap interval) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  until timestamptz := clock_timestamp() + p_overlap;
begin
  perform core.require('connector.create');
  update private.incoming_secrets s set previous_sealed = s.sealed, previous_until = until, sealed = p_sealed
   where s.org_id = private.org_id() and s.webhook_id = p_id;
  if not found then
    perform core.raise('IN103', 'there is no such incoming webhook', 'Check its id.');
  end if;
  perform audit.record('incoming_webhook.rotate', 'incoming_webhook', p_id::text, jsonb_build_object('previous_until', until));
  return until;
end
$$;
comment on function private.rotate_incoming_secret(uuid, text, interval) is
  'Replaces an incoming webhook''s secret; until when the one before counts. Needs connector.create. Errors: IN103.';
revoke execute on function private.rotate_incoming_secret(uuid, text, interval) from public;
grant execute on function private.rotate_incoming_secret(uuid, text, interval) to cadastre_gateway, cadastre_worker;
