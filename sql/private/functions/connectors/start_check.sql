--! owner: cadastre_system
-- A check begins: what the worker needs for it, the sealed secret too. No row: there is nothing to do.
create or replace function private.start_check(p_check uuid)
returns table (check_kind text, connector_id uuid, kind text, settings jsonb, pinned text, sealed text)
language plpgsql security definer
set search_path = ''
as $$
declare
  begun ingest.connector_checks;
begin
  perform core.require('connector.execute');
  update ingest.connector_checks x set status = 'running'
   where x.org_id = private.org_id() and x.id = p_check and x.status in ('queued', 'running')
  returning * into begun;
  return query
    select begun.kind, c.id, c.kind, c.settings, c.pinned, s.sealed
      from ingest.connectors c
      left join private.connector_secrets s on s.org_id = c.org_id and s.connector_id = c.id
     where c.org_id = begun.org_id and c.id = begun.connector_id;
end
$$;
comment on function private.start_check(uuid) is 'Begins a check; gives connector and sealed secret.';
revoke execute on function private.start_check(uuid) from public;
grant execute on function private.start_check(uuid) to cadastre_worker;
