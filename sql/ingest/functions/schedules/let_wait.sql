-- A run goes on waiting: for what, and until when. Internal.
create or replace function ingest.let_wait(p_run ingest.schedule_runs, p_reason text, p_time interval) returns boolean
language sql
set search_path = ''
as $$
  update ingest.schedule_runs r set reason = p_reason, try_at = clock_timestamp() + p_time where r.org_id = p_run.org_id and r.id = p_run.id;
  select false
$$;
comment on function ingest.let_wait(ingest.schedule_runs, text, interval) is 'Puts a waiting run off; gives false. Internal.';
