-- The schedule's run that has waited longest for the number of the organization's runs at once; null: none does. Internal.
create or replace function ingest.longest_waiting(p_org uuid) returns uuid
language sql stable
set search_path = ''
as $$
  select r.id from ingest.schedule_runs r
   where r.org_id = p_org and r.state = 'waiting' and r.reason like '%under way, the%' order by r.created_at limit 1
$$;
comment on function ingest.longest_waiting(uuid) is 'The run of a schedule that has waited longest for the limit of runs at once. Internal.';
grant execute on function ingest.longest_waiting(uuid) to cadastre_system;
