--! owner: cadastre_system
-- What the holder of a pull's lease reads, and with which sealed secret.
create or replace function private.pull_details(p_pull uuid, p_lease int)
returns table (source_id uuid, source text, dataset_name text, mode text, selection jsonb, how text, cursor jsonb, range jsonb,
               connector_id uuid, connector text, kind text, settings jsonb, pinned text, sealed text)
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  return query
    select s.id, s.name, s.dataset_name, coalesce(s.mode, d.default_mode, case when s.key_fields is null then 'append' else 'upsert' end),
           s.selection, s.how, s.cursor, p.range, c.id, c.name, c.kind, c.settings, c.pinned, k.sealed
      from ingest.source_pulls p
      join ingest.sources s on s.org_id = p.org_id and s.id = p.source_id
      join ingest.connectors c on c.org_id = s.org_id and c.id = s.connector_id
      left join data.datasets d on d.org_id = s.org_id and d.name = s.dataset_name
      left join private.connector_secrets k on k.org_id = c.org_id and k.connector_id = c.id
     where p.org_id = private.org_id() and p.id = p_pull and p.status = 'running' and p.lease_generation = p_lease;
end
$$;
comment on function private.pull_details(uuid, int) is 'Source, connector and sealed secret of a leased pull; no row where the lease is lost.';
revoke execute on function private.pull_details(uuid, int) from public;
grant execute on function private.pull_details(uuid, int) to cadastre_worker;
