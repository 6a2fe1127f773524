-- Whoever changes what a backfill does must be able to start what it starts. Internal.
create or replace function ingest.require_filling(p_backfill ingest.backfills) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_backfill.source_id is not null then
    perform core.require('datasource.execute');
  else
    perform core.require('pipeline.execute');
    perform ingest.require_reader();
  end if;
end
$$;
comment on function ingest.require_filling(ingest.backfills) is 'Raises 42501 unless whoever asks may start a backfill''s parts. Internal.';
