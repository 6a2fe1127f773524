-- Lines whose raw record is still wanted for the rejected rows, the first ones by line, as long as fewer than the limit
-- are kept of the run.
create or replace function ingest.rejected_lines(p_run uuid, p_generation int, p_limit int) returns setof bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  kept bigint;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  select count(*) into kept from ingest.rejected_rows x where x.org_id = run.org_id and x.run_id = run.id;
  return query execute format(
    'select o.line from %s o
      where o.reason <> ''duplicate''
        and not exists (select from ingest.rejected_rows x where x.org_id = $1 and x.run_id = $2 and x.line = o.line)
      order by o.line limit %s',
    ingest.landing_name(p_run, p_generation, 'out'), greatest(0, p_limit - kept)) using run.org_id, run.id;
end
$$;
comment on function ingest.rejected_lines(uuid, int, int) is 'Rejected lines of a checked run without a raw record. Error IN007.';
grant execute on function ingest.rejected_lines(uuid, int, int) to cadastre_worker;
