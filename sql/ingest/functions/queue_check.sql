-- One check of a connector and its job. Old checks go, so that the list stays short. Internal.
create or replace function ingest.queue_check(p_org uuid, p_connector uuid, p_kind text, p_user uuid) returns ingest.connector_checks
language plpgsql
set search_path = ''
as $$
declare
  made ingest.connector_checks;
  kept constant int := 20;
begin
  delete from ingest.connector_checks x
   where x.org_id = p_org and x.connector_id = p_connector and x.status in ('succeeded', 'failed')
     and x.id not in (select y.id from ingest.connector_checks y where y.org_id = p_org and y.connector_id = p_connector
                       order by y.created_at desc limit kept);
  insert into ingest.connector_checks (org_id, connector_id, kind, requested_by) values (p_org, p_connector, p_kind, p_user)
  returning * into made;
  perform core.enqueue('ingest__check_connector', json_build_object('orgId', p_org, 'checkId', made.id),
    'check:' || p_org, 'check:' || made.id);
  return made;
end
$$;
comment on function ingest.queue_check(uuid, uuid, text, uuid) is 'Queues a check of a connector. Internal.';
grant execute on function ingest.queue_check(uuid, uuid, text, uuid) to cadastre_system;
