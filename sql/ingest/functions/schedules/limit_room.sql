-- Why an organization starts nothing more now, and when it is looked at again; null: there is room. Locks its row of limits, so
-- that two workers cannot pass them together. Internal.
create or replace function ingest.limit_room(p_org uuid, out reason text, out pause interval) returns record
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
    -- ingest.longest_waiting goes by these words.
    reason := format('%s runs are under way, the organization''s limit', l.max_running);
    pause := interval '5 seconds';
  elsif l.counted_hour = hour and l.starts >= l.max_starts_per_hour then
    reason := format('%s runs were started this hour, the organization''s limit', l.max_starts_per_hour);
    -- Not all of them at the full hour's first moment.
    pause := hour + interval '1 hour' - clock_timestamp() + random() * interval '1 minute';
  end if;
end
$$;
comment on function ingest.limit_room(uuid) is 'What keeps an organization from starting more; locks its limits. Internal.';
