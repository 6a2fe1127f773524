-- A schedule's run of the asking organization, locked, in one of the given states. Internal.
create or replace function ingest.find_schedule_run(p_run uuid, p_states text[]) returns ingest.schedule_runs
language plpgsql
set search_path = ''
as $$
declare
  r ingest.schedule_runs;
begin
  select * into r from ingest.schedule_runs x where x.org_id = private.org_id() and x.id = p_run for no key update;
  if r.id is null then
    perform core.raise('IN005', 'no such run', 'Check the run''s id; you see only your organization''s runs.');
  elsif r.state <> all (p_states) then
    perform core.raise('IN006', format('the run is %s', r.state), format('This is possible only while it is %s.', array_to_string(p_states, ' or ')));
  end if;
  return r;
end
$$;
comment on function ingest.find_schedule_run(uuid, text[]) is 'Locks a schedule''s run. Errors: IN005, IN006. Internal.';
