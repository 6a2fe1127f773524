-- Removes a connector that nothing is read from, with its secret and its checks.
create or replace function ingest.drop_connector(name text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  c ingest.connectors;
  used text;
begin
  perform core.require('connector.delete');
  c := ingest.find_connector(drop_connector.name);
  select string_agg(s.name, ', ') into used from (select x.name from ingest.sources x where x.org_id = c.org_id and x.connector_id = c.id order by x.name limit 5) s;
  if used is not null then
    perform core.raise('IN083', format('sources read from this connector: %s', used), 'Drop them first.', 'name');
  end if;
  perform audit.record('connector.drop', 'connector', c.id::text, jsonb_build_object('name', c.name, 'kind', c.kind));
  delete from ingest.connectors x where x.org_id = c.org_id and x.id = c.id;
  perform core.notify('connectors:' || c.org_id, c.id);
  return true;
end
$$;
comment on function ingest.drop_connector(text) is 'Removes a connector. Needs connector.delete. Errors: IN080, IN083 sources read from it.';
grant execute on function ingest.drop_connector(text) to cadastre_user, cadastre_worker;
