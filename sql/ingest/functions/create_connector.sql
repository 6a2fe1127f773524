-- A connector without its secret, which the server or the command line seals first (private.put_connector_secret).
create or replace function ingest.create_connector(name text, kind text, settings jsonb, check_every interval default '1 hour')
returns ingest.connectors
language plpgsql security definer
set search_path = ''
as $$
declare
  c ingest.connectors;
  most constant int := 500;
begin
  perform core.require('connector.create');
  perform ingest.check_connector_settings(create_connector.name, create_connector.kind, create_connector.settings);
  if (select count(*) from ingest.connectors x where x.org_id = private.org_id()) >= most then
    perform core.raise('IN081', format('there are %s connectors already', most), 'Drop one first.', 'name');
  end if;
  begin
    insert into ingest.connectors (org_id, name, kind, settings, check_every, next_check_at, created_by)
    values (private.org_id(), create_connector.name, create_connector.kind, jsonb_strip_nulls(create_connector.settings), create_connector.check_every,
            clock_timestamp() + create_connector.check_every, private.user_id())
    returning * into c;
  exception
    when unique_violation then
      perform core.raise('IN082', format('there is a connector %s already', create_connector.name), 'Choose another name.', 'name');
    when check_violation then
      perform core.raise('IN081', 'checks are 1 minute to 30 days apart', 'Give such an interval, or none.', 'check_every');
  end;
  perform audit.record('connector.create', 'connector', c.id::text, jsonb_build_object('name', c.name, 'kind', c.kind, 'settings', c.settings));
  perform core.notify('connectors:' || c.org_id, c.id);
  return c;
end
$$;
comment on function ingest.create_connector(text, text, jsonb, interval) is
  'Adds a connector; its secret follows by POST /orgs/:slug/connectors/:name/secret. Needs connector.create. check_every: pause between health checks, null for none. Errors: IN081, IN082.';
grant execute on function ingest.create_connector(text, text, jsonb, interval) to cadastre_user, cadastre_worker;
