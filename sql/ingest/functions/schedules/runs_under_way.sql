-- What counts among an organization's runs at once: runs of schedules, and parts of backfills. Two partial indexes. Internal.
create or replace function ingest.runs_under_way(p_org uuid) returns bigint
language sql stable
set search_path = ''
as $$
  select (select count(*) from ingest.schedule_runs r where r.org_id = p_org and r.state = 'running')
       + (select count(*) from ingest.backfill_slices s where s.org_id = p_org and s.state = 'running')
$$;
comment on function ingest.runs_under_way(uuid) is 'Runs of schedules and parts of backfills that are under way. Internal.';
