-- Runs a pipeline over a range, part by part, each an execution over its part: the definition says how it is read by range.
-- The parts act for whoever saved the pipeline's version, as a schedule's runs do.
create or replace function ingest.start_pipeline_backfill(
  pipeline text, range_from text, range_to text, step text, newest_first boolean default false, at_once int default 1
) returns ingest.backfills
language plpgsql security definer
set search_path = ''
as $$
declare
  p ingest.pipelines;
  wanted jsonb;
begin
  perform core.require('pipeline.execute');
  perform ingest.require_reader();
  p := ingest.find_pipeline(start_pipeline_backfill.pipeline);
  select v.definition into wanted from ingest.pipeline_versions v where v.org_id = p.org_id and v.pipeline_id = p.id and v.version = p.version;
  perform ingest.check_range(wanted, jsonb_build_object('from', start_pipeline_backfill.range_from, 'to', start_pipeline_backfill.range_to));
  perform ingest.check_pipeline_targets(wanted);
  return ingest.make_backfill(null, p.id, start_pipeline_backfill.range_from, start_pipeline_backfill.range_to, start_pipeline_backfill.step,
                              start_pipeline_backfill.newest_first, start_pipeline_backfill.at_once);
end
$$;
comment on function ingest.start_pipeline_backfill(text, text, text, text, boolean, int) is
  'Runs a pipeline whose definition has a range over a range (from inclusive, to exclusive) in parts of step (hour, day, week, month, year or an interval; of numbers a whole one), up to 20 under way at once, the newest first where asked. Needs pipeline.execute. Errors: IN063 none, IN096 one is under way, IN097 range, step, or the pipeline takes none.';
grant execute on function ingest.start_pipeline_backfill(text, text, text, text, boolean, int) to cadastre_user, cadastre_worker;
