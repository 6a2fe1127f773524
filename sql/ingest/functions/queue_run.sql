-- One job a run, in its organization's queue: serial within, parallel across. A second call replaces a waiting job.
create or replace function ingest.queue_run(p_org uuid, p_run uuid, p_at timestamptz default null) returns void
language sql
set search_path = ''
as $$
  select core.enqueue('ingest__load', json_build_object('orgId', p_org, 'runId', p_run), 'org:' || p_org, 'run:' || p_run, p_at)
$$;
comment on function ingest.queue_run(uuid, uuid, timestamptz) is 'Enqueues the job ingest__load {orgId, runId}. Internal.';
grant execute on function ingest.queue_run(uuid, uuid, timestamptz) to cadastre_system;
