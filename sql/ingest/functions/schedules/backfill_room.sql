-- Why an organization starts no part of a backfill now, and when it is looked at again; null: there is room. Parts count
-- among its runs at once and its starts in an hour, and what a schedule waits for is not taken from it: a long range takes
-- what schedules leave. The row of limits stays locked, as with ingest.start_schedule_run. Internal.
create or replace function ingest.backfill_room(p_org uuid, out reason text, out pause interval) returns record
language plpgsql
set search_path = ''
as $$
declare
  l ingest.schedule_limits;
  hour constant timestamptz := date_trunc('hour', clock_timestamp());
begin
  insert into ingest.schedule_limits (org_id) values (p_org) on conflict do nothing;
  select * into l from ingest.schedule_limits x where x.org_id = p_org for update;
  if ingest.runs_under_way(p_org) >= l.max_running then
    reason := format('%s runs are under way, the organization''s limit', l.max_running);
    pause := interval '5 seconds';
  elsif l.counted_hour = hour and l.starts >= l.max_starts_per_hour then
    reason := format('%s runs were started this hour, the organization''s limit', l.max_starts_per_hour);
    pause := hour + interval '1 hour' - clock_timestamp() + random() * interval '1 minute';
  elsif exists (select from ingest.schedule_runs r where r.org_id = p_org and r.state = 'waiting' and r.reason like '%, the organization''s limit') then
    reason := 'schedules wait for the organization''s limits, and go first';
    pause := interval '5 seconds';
  end if;
end
$$;
comment on function ingest.backfill_room(uuid) is 'What keeps an organization from starting a part of a backfill; locks its limits. Internal.';
