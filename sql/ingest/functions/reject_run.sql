-- Ends a held run without merging anything; why it was held, and its rejected rows, stay to be read.
create or replace function ingest.reject_run(run_id uuid) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.approve');
  run := ingest.find_run(reject_run.run_id, '{held}');
  update ingest.runs r set status = 'cancelled', finished_at = clock_timestamp()
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform audit.record('run.reject', 'run', run.id::text, jsonb_build_object('rejected', run.rejected_rows, 'read', run.read_rows));
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.reject_run(uuid) is 'Ends a held run without merging it. Needs run.approve. Errors: IN005, IN006.';
grant execute on function ingest.reject_run(uuid) to cadastre_user, cadastre_worker;
