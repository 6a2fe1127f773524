-- One job a pull, in a queue of the organization's own for reading: a slow server holds up no loads. Internal.
create or replace function ingest.queue_pull(p_org uuid, p_pull uuid, p_at timestamptz default null, p_turn int default 0) returns void
language sql
set search_path = ''
as $$
  select core.enqueue('ingest__pull', json_build_object('orgId', p_org, 'pullId', p_pull), 'pull:' || p_org, 'pull:' || p_pull, p_at, p_turn)
$$;
comment on function ingest.queue_pull(uuid, uuid, timestamptz, int) is 'Enqueues the job ingest__pull {orgId, pullId}. Internal.';
grant execute on function ingest.queue_pull(uuid, uuid, timestamptz, int) to cadastre_system;
