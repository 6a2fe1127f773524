-- One job a pull, in a queue of the organization's own for reading: one at a time within, parallel across. Runners of
-- their own take them, so they have no turn among the loads. Internal.
create or replace function ingest.queue_pull(p_org uuid, p_pull uuid, p_at timestamptz default null) returns void
language sql
set search_path = ''
as $$
  select core.enqueue('ingest__pull', json_build_object('orgId', p_org, 'pullId', p_pull), 'pull:' || p_org, 'pull:' || p_pull, p_at)
$$;
comment on function ingest.queue_pull(uuid, uuid, timestamptz) is 'Enqueues the job ingest__pull {orgId, pullId}. Internal.';
grant execute on function ingest.queue_pull(uuid, uuid, timestamptz) to cadastre_system;
