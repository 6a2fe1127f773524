-- An execution of the asking organization, locked for a change of its state. Internal.
create or replace function ingest.find_pipeline_run(p_run uuid, p_states text[]) returns ingest.pipeline_runs
language plpgsql
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
begin
  select * into run from ingest.pipeline_runs r where r.org_id = private.org_id() and r.id = p_run for no key update;
  if run.id is null then
    perform core.raise('IN005', 'no such run', 'Check the run''s id; you see only your organization''s runs.');
  elsif run.status <> all (p_states) then
    perform core.raise('IN006', format('the run is %s', run.status), format('This is possible only while it is %s.', array_to_string(p_states, ' or ')));
  end if;
  return run;
end
$$;
comment on function ingest.find_pipeline_run(uuid, text[]) is 'Locks an execution that is in one of the given states. Errors: IN005 none, IN006 state. Internal.';
