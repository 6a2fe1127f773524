-- Asks the worker to try a connector out: it is the worker that must reach the server. The answer is in the row later.
create or replace function ingest.check_connector(name text, discover boolean default false) returns ingest.connector_checks
language plpgsql security definer
set search_path = ''
as $$
declare
  c ingest.connectors;
  waiting constant int := 10;
begin
  perform core.require('connector.execute');
  c := ingest.find_connector(check_connector.name);
  if (select count(*) from ingest.connector_checks x
       where x.org_id = c.org_id and x.connector_id = c.id and x.status in ('queued', 'running')) >= waiting then
    perform core.raise('IN084', 'checks of this connector are under way', 'Wait for them; see that a worker runs.', 'name');
  end if;
  return ingest.queue_check(c.org_id, c.id, case when check_connector.discover then 'discover' else 'test' end, private.user_id());
end
$$;
comment on function ingest.check_connector(text, boolean) is
  'Queues a test of a connector, or a discovery of what could be read; the row tells state, result and error. Needs connector.execute. Errors: IN080, IN084.';
grant execute on function ingest.check_connector(text, boolean) to cadastre_user, cadastre_worker;
