-- The gate: too many rejected rows, or a critical rule broken. Nothing is merged until a person releases the run.
create or replace function ingest.hold_run(p_run uuid, p_generation int, p_error jsonb) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  perform ingest.drop_landing(run.id, p_generation);
  perform ingest.end_steps(run.org_id, run.id, 'succeeded', p_error);
  -- Held before anything was checked (for its contract): there is nothing to score.
  if exists (select from quality.results q where q.org_id = run.org_id and q.check_id = run.id) then
    perform quality.settle_check(run.dataset_id, run.id, run.id, run.read_rows);
  end if;
  update ingest.runs r set status = 'held', lease_until = null, error = p_error
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform audit.record('run.hold', 'run', run.id::text, jsonb_build_object('reason', p_error ->> 'message'));
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.hold_run(uuid, int, jsonb) is 'Holds a run for a person, with the reason. Error IN007.';
grant execute on function ingest.hold_run(uuid, int, jsonb) to cadastre_worker;
