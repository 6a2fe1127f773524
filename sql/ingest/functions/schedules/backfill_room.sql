-- Why an organization starts no part of a backfill now, and when it is looked at again; null: there is room. Parts count
-- among its runs at once and its starts in an hour, and what a schedule waits for is not taken from it: a long range takes
-- what schedules leave. Internal.
create or replace function ingest.backfill_room(p_org uuid, out reason text, out pause interval) returns record
language plpgsql
set search_path = ''
as $$
begin
  select r.reason, r.pause into reason, pause from ingest.limit_room(p_org) r;
  if reason is null and ingest.longest_waiting(p_org) is not null then
    reason := 'schedules wait for the organization''s limits, and go first';
    pause := interval '5 seconds';
  end if;
end
$$;
comment on function ingest.backfill_room(uuid) is 'What keeps an organization from starting a part of a backfill; locks its limits. Internal.';
