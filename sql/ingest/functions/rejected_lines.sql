-- Lines whose raw record is wanted for the rejected rows, the first ones by line, up to a limit.
create or replace function ingest.rejected_lines(p_run uuid, p_generation int, p_limit int) returns setof bigint
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  perform ingest.assert_lease(p_run, p_generation);
  return query execute format('select line from %s where reason <> ''duplicate'' order by line limit %s',
    ingest.landing_name(p_run, p_generation, 'out'), least(p_limit, 10000));
end
$$;
comment on function ingest.rejected_lines(uuid, int, int) is 'The first rejected lines of a checked run. Error IN007.';
grant execute on function ingest.rejected_lines(uuid, int, int) to cadastre_worker;
