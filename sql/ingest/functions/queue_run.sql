-- One job a run, in its organization's queue: serial within, parallel across. A second call replaces a waiting job. A
-- run that comes back (taken over, tried again, released) has had its turn: 0, it goes before others.
drop function if exists ingest.queue_run(uuid, uuid, timestamptz);
create or replace function ingest.queue_run(p_org uuid, p_run uuid, p_at timestamptz default null, p_turn int default 0)
returns void
language sql
set search_path = ''
as $$
  select core.enqueue('ingest__load', json_build_object('orgId', p_org, 'runId', p_run), 'org:' || p_org, 'run:' || p_run, p_at, p_turn)
$$;
comment on function ingest.queue_run(uuid, uuid, timestamptz, int) is 'Enqueues the job ingest__load {orgId, runId} with its turn. Internal.';
grant execute on function ingest.queue_run(uuid, uuid, timestamptz, int) to cadastre_system;
