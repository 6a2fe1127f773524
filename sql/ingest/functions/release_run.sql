-- Lets a held run go on: its good rows are merged, its rejected rows stay aside. The file is read and checked anew
-- (a landing table would not survive a crash of the server), the gate is not asked again.
create or replace function ingest.release_run(run_id uuid) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.approve');
  run := ingest.find_run(release_run.run_id, '{held}');
  if exists (select from ingest.contract_proposals p where p.org_id = run.org_id and p.run_id = run.id and p.status = 'open' and not p.is_advice) then
    perform core.raise('IN026', 'the run waits for its contract', 'Accept or refuse the proposed contract; nothing was checked yet that could be released.');
  end if;
  update ingest.runs r
     set status = 'queued', released_by = private.user_id(), released_at = clock_timestamp()
   where r.org_id = run.org_id and r.id = run.id
  returning * into run;
  perform ingest.queue_run(run.org_id, run.id);
  perform audit.record('run.release', 'run', run.id::text, jsonb_build_object('rejected', run.rejected_rows, 'read', run.read_rows));
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.release_run(uuid) is 'Merges a held run''s good rows after all. Needs run.approve. Errors: IN005, IN006, IN026.';
grant execute on function ingest.release_run(uuid) to cadastre_user, cadastre_worker;
