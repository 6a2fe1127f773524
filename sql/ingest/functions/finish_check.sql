-- What a check found, and so how the connector is. The fingerprint of an SFTP server is kept the first time only.
create or replace function ingest.finish_check(p_check uuid, p_result jsonb, p_error jsonb, p_pinned text default null) returns ingest.connector_checks
language plpgsql security definer
set search_path = ''
as $$
declare
  done ingest.connector_checks;
begin
  perform core.require('connector.execute');
  update ingest.connector_checks x
     set status = case when p_error is null then 'succeeded' else 'failed' end, result = p_result, error = p_error, finished_at = clock_timestamp()
   where x.org_id = private.org_id() and x.id = p_check and x.status in ('queued', 'running')
  returning * into done;
  if done.id is null then
    return null;
  end if;
  update ingest.connectors c
     set status = case when p_error is null then 'ok' else 'failing' end, error = p_error, checked_at = done.finished_at,
         pinned = coalesce(c.pinned, p_pinned)
   where c.org_id = done.org_id and c.id = done.connector_id;
  perform core.notify('connectors:' || done.org_id, done.connector_id);
  return done;
end
$$;
comment on function ingest.finish_check(uuid, jsonb, jsonb, text) is 'Ends a check; null when it was ended before.';
grant execute on function ingest.finish_check(uuid, jsonb, jsonb, text) to cadastre_worker;
