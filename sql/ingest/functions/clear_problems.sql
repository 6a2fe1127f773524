-- Forgets what the reader noted of a file that is read again from its beginning. Warnings of the header stay.
create or replace function ingest.clear_problems(p_run uuid, p_generation int) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  delete from ingest.row_issues i where i.org_id = run.org_id and i.run_id = run.id and i.rule <> 'unknown_column';
  delete from ingest.rejected_rows x where x.org_id = run.org_id and x.run_id = run.id;
end
$$;
comment on function ingest.clear_problems(uuid, int) is 'Forgets a run''s reader problems. Error IN007: the lease is lost.';
grant execute on function ingest.clear_problems(uuid, int) to cadastre_worker;
