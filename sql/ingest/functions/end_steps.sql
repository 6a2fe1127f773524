-- Closes the step that runs. Internal.
create or replace function ingest.end_steps(p_org uuid, p_run uuid, p_status text, p_detail jsonb default null) returns void
language sql
set search_path = ''
as $$
  update ingest.run_steps s set status = p_status, finished_at = clock_timestamp(), detail = coalesce(p_detail, s.detail)
   where s.org_id = p_org and s.run_id = p_run and s.status = 'running'
$$;
comment on function ingest.end_steps(uuid, uuid, text, jsonb) is 'Closes a run''s running step. Internal.';
