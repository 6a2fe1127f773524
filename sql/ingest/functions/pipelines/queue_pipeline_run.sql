-- One job an execution, in its organization's queue: serial with its loads. A new one takes its turn among everybody's runs
-- (private.take_turn); one that comes back has had it: 0. Internal.
create or replace function ingest.queue_pipeline_run(p_org uuid, p_run uuid, p_at timestamptz default null, p_turn int default 0)
returns void
language sql
set search_path = ''
as $$
  select core.enqueue('ingest__transform', json_build_object('orgId', p_org, 'pipelineRunId', p_run), 'org:' || p_org,
                      'pipeline_run:' || p_run, p_at, p_turn)
$$;
comment on function ingest.queue_pipeline_run(uuid, uuid, timestamptz, int) is 'Enqueues the job ingest__transform {orgId, pipelineRunId}. Internal.';
grant execute on function ingest.queue_pipeline_run(uuid, uuid, timestamptz, int) to cadastre_system;
