-- Whoever makes, changes or runs a schedule or a backfill must be able to start its target, a source or (null) a pipeline: it
-- starts as the organization's service. Internal.
drop function if exists ingest.require_target(ingest.schedules);
create or replace function ingest.require_target(p_source uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_source is not null then
    perform core.require('datasource.execute');
  else
    perform core.require('pipeline.execute');
    perform ingest.require_reader();
  end if;
end
$$;
comment on function ingest.require_target(uuid) is 'Raises 42501 unless whoever asks may start the source, or a pipeline. Internal.';
