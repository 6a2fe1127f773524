-- Tells the trail of a backfill: source.backfill, pipeline.backfill_pause and so on. Internal.
create or replace function ingest.record_backfill(b ingest.backfills, p_act text, p_detail jsonb) returns void
language sql
set search_path = ''
as $$
  select audit.record(k.kind || '.' || p_act, k.kind, coalesce(b.source_id, b.pipeline_id)::text, jsonb_build_object('backfill', b.id) || p_detail)
    from (select case when b.source_id is null then 'pipeline' else 'source' end as kind) k
$$;
comment on function ingest.record_backfill(ingest.backfills, text, jsonb) is 'Records an act on a backfill. Internal.';
