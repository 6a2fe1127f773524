--! owner: cadastre_system
-- Keeps a connector's secret, which the server or the command line has sealed for the purpose connector:<id>; so it is
-- the gateway's and the worker's to call, under the claim of whoever asks. null takes the secret away.
create or replace function private.put_connector_secret(p_connector uuid, p_sealed text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  c ingest.connectors;
begin
  perform core.require('connector.security');
  update ingest.connectors x set has_secret = p_sealed is not null, status = 'unknown', next_check_at = case when x.check_every is not null then clock_timestamp() + x.check_every end
   where x.org_id = private.org_id() and x.id = p_connector
  returning * into c;
  if c.id is null then
    perform core.raise('IN080', 'no such connector', 'Check its name; you see only your organization''s.', 'name');
  end if;
  if p_sealed is null then
    delete from private.connector_secrets s where s.org_id = c.org_id and s.connector_id = c.id;
  else
    insert into private.connector_secrets (org_id, connector_id, sealed) values (c.org_id, c.id, p_sealed)
    on conflict (org_id, connector_id) do update set sealed = excluded.sealed, set_at = clock_timestamp();
  end if;
  perform audit.record('connector.secret', 'connector', c.id::text, jsonb_build_object('name', c.name, 'set', p_sealed is not null));
end
$$;
comment on function private.put_connector_secret(uuid, text) is 'Sets or takes away a connector''s sealed secret. Needs connector.security. Error IN080.';
revoke execute on function private.put_connector_secret(uuid, text) from public;
grant execute on function private.put_connector_secret(uuid, text) to cadastre_gateway, cadastre_worker;
