-- Starts a part of a backfill: a reading of the source, or an execution of the pipeline. One that was started before and
-- failed is run again from where it failed, where the pipeline is of the same version still; what went on meanwhile (a load
-- that was released or run again by hand) counts as the part's. Internal.
create or replace function ingest.start_slice(p_backfill ingest.backfills, p_slice ingest.backfill_slices, out pull uuid, out execution uuid)
returns record
language plpgsql
set search_path = ''
as $$
declare
  span constant jsonb := jsonb_build_object('from', p_slice.range_from, 'to', p_slice.range_to);
  before ingest.pipeline_runs;
  p ingest.pipelines;
  o record;
begin
  if p_backfill.source_id is not null then
    pull := (ingest.pull_source(p_backfill.source_id::text, span)).id;
    return;
  end if;
  select * into p from ingest.pipelines x where x.org_id = p_backfill.org_id and x.id = p_backfill.pipeline_id;
  select * into before from ingest.pipeline_runs x where x.org_id = p_backfill.org_id and x.id = p_slice.pipeline_run_id;
  if before.id is not null then
    select * into o from ingest.outcome_of(before.org_id, null, before.id, '{}');
    if o.state in ('running', 'succeeded') then
      execution := before.id;
      return;
    elsif o.state = 'held' then
      perform core.raise('IN006', 'its load is held', 'Release or reject it; then resume the backfill.');
    elsif o.state = 'failed' and before.version = p.version then
      execution := (ingest.rerun_pipeline(before.id)).id;
    end if;
  end if;
  if execution is null then
    execution := (ingest.run_pipeline(p.name, null, 'backfill', span)).id;
  end if;
  update ingest.pipeline_runs x set backfill_id = p_backfill.id where x.org_id = p_backfill.org_id and x.id = execution;
end
$$;
comment on function ingest.start_slice(ingest.backfills, ingest.backfill_slices) is 'Starts a part of a backfill. Errors: those of pull_source and run_pipeline. Internal.';
