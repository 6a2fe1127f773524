-- Queues an execution of a pipeline's present version, for people (trigger hand) and for what runs pipelines by itself
-- (a schedule, a connector, another pipeline). By hand it acts for whoever asks; by itself for who saved the version, so
-- that filters and masks are always a live member's. Only what the organization's service itself saved runs as the service.
drop function if exists ingest.run_pipeline(text, uuid, text);
create or replace function ingest.run_pipeline(pipeline text, file_id uuid default null, p_trigger text default 'hand', range jsonb default null)
returns ingest.pipeline_runs
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  found_one ingest.pipelines;
  v ingest.pipeline_versions;
  run ingest.pipeline_runs;
  who uuid := private.user_id();
  service boolean := who is null;
  span constant jsonb := nullif(run_pipeline.range, 'null');
begin
  perform core.require('pipeline.execute');
  perform ingest.require_reader();
  if run_pipeline.p_trigger !~ '^[a-z][a-z_]{0,29}$' then
    perform core.raise('IN067', 'not a trigger', 'Use hand, or a word of up to 30 lower-case letters.', 'trigger');
  end if;
  found_one := ingest.find_pipeline(run_pipeline.pipeline);
  select * into v from ingest.pipeline_versions x
   where x.org_id = found_one.org_id and x.pipeline_id = found_one.id and x.version = found_one.version;
  if (v.definition -> 'input' ->> 'kind' is not distinct from 'file') <> (run_pipeline.file_id is not null) then
    perform core.raise('IN068', case when run_pipeline.file_id is null then 'this pipeline needs a file' else 'this pipeline takes no file' end,
      case when run_pipeline.file_id is null then 'Give the id of one that was uploaded.' else 'It reads datasets; leave the file out.' end, 'file');
  end if;
  if run_pipeline.file_id is not null then
    perform ingest.check_pipeline_file(run_pipeline.file_id);
  end if;
  if span is not null then
    perform ingest.check_range(v.definition, span);
  end if;
  perform ingest.check_pipeline_targets(v.definition);
  if service and run_pipeline.p_trigger <> 'hand' then
    who := v.saved_by;
    service := v.by_service;
  end if;
  insert into ingest.pipeline_runs (org_id, pipeline_id, version, trigger, file_id, range, requested_by, by_service)
  values (found_one.org_id, found_one.id, found_one.version, run_pipeline.p_trigger, run_pipeline.file_id, span, who, service)
  returning * into run;
  perform ingest.queue_pipeline_run(run.org_id, run.id, null, private.take_turn(run.org_id, run.id));
  perform audit.record('pipeline.run', 'pipeline', found_one.id::text,
    jsonb_build_object('run', run.id, 'version', run.version, 'trigger', run.trigger, 'file', run.file_id, 'range', run.range));
  perform ingest.tell_pipeline_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.run_pipeline(text, uuid, text, jsonb) is
  'Queues an execution of a pipeline. Needs pipeline.execute, and what loading its results needs (run.execute; dataset.create where the dataset is new). file_id: for pipelines whose input is a file; range {from, to}: a part alone, where the definition has a range. Errors: IN001 to IN003 output, IN063 none, IN068 file, IN097 range.';
grant execute on function ingest.run_pipeline(text, uuid, text, jsonb) to cadastre_user, cadastre_worker;
