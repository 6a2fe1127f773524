--! owner: cadastre_system
-- Writes down that a request came in, or why one was refused; a busy webhook's row is written once a minute, a refusal's
-- every ten seconds, so that what strangers send costs little.
create or replace function private.note_incoming(p_id uuid, p_refusal text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  at timestamptz := clock_timestamp();
begin
  if p_refusal is null then
    update ingest.incoming_webhooks w set last_received_at = at
     where w.id = p_id and (w.last_received_at is null or w.last_received_at < at - interval '1 minute');
  else
    update ingest.incoming_webhooks w set last_refused_at = at, last_refusal = left(p_refusal, 1000)
     where w.id = p_id and (w.last_refused_at is null or w.last_refused_at < at - interval '10 seconds');
  end if;
end
$$;
comment on function private.note_incoming(uuid, text) is 'Notes a request at an incoming webhook: taken (null) or why it was refused. The gateway only.';
revoke execute on function private.note_incoming(uuid, text) from public;
grant execute on function private.note_incoming(uuid, text) to cadastre_gateway;
