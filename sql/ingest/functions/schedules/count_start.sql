-- One more start in this clock hour; the caller holds the row of limits. Internal.
create or replace function ingest.count_start(p_org uuid) returns void
language sql
set search_path = ''
as $$
  update ingest.schedule_limits x
     set starts = case when x.counted_hour = date_trunc('hour', clock_timestamp()) then x.starts + 1 else 1 end,
         counted_hour = date_trunc('hour', clock_timestamp())
   where x.org_id = p_org
$$;
comment on function ingest.count_start(uuid) is 'Counts a start of a schedule''s run or of a backfill''s part. Internal.';
