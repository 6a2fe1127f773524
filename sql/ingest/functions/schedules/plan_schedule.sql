-- When a schedule that has just been saved or resumed is due first. null: not by the clock. Internal.
create or replace function ingest.plan_schedule(p_schedule ingest.schedules) returns timestamptz
language plpgsql stable
set search_path = ''
as $$
begin
  return case
    when p_schedule.paused then null
    when p_schedule.trigger = 'cron' then ingest.next_time(p_schedule.cron, p_schedule.time_zone, clock_timestamp())
    -- Looked at once: the tick finds when the dataset will be too old.
    when p_schedule.trigger = 'freshness' then clock_timestamp()
    when p_schedule.trigger = 'new_object' then clock_timestamp()
    when p_schedule.trigger = 'interval' then clock_timestamp() + p_schedule.every end;
end
$$;
comment on function ingest.plan_schedule(ingest.schedules) is 'First due time of a schedule, null: none by the clock. Internal.';
