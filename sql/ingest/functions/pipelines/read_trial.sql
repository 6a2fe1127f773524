--! owner: cadastre_system
-- What a dry run is asked for; the worker's. No row: nobody waits for it any more, or it is answered.
create or replace function ingest.read_trial(p_trial uuid)
returns table (requested_by uuid, definition jsonb, object_key text, row_limit int)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('pipeline.execute');
  return query
    select t.requested_by, t.definition, t.settings ->> 'objectKey', (t.settings ->> 'rowLimit')::int
      from private.find_trial('pipeline', p_trial) t where t.id is not null;
end
$$;
comment on function ingest.read_trial(uuid) is 'What a dry run that is not answered is asked for.';
revoke execute on function ingest.read_trial(uuid) from public;
grant execute on function ingest.read_trial(uuid) to cadastre_worker;
