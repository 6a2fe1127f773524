-- Whoever makes, changes or runs a schedule must be able to start its target: it starts as the organization's service.
-- Internal.
create or replace function ingest.require_target(p_schedule ingest.schedules) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_schedule.source_id is not null then
    perform core.require('datasource.execute');
  else
    perform core.require('pipeline.execute');
    perform ingest.require_reader();
  end if;
end
$$;
comment on function ingest.require_target(ingest.schedules) is 'Raises 42501 unless whoever asks may start the schedule''s target. Internal.';
