-- Drops what a run landed in its present generation, for a landing over another road.
create or replace function ingest.clear_landing(p_run uuid, p_generation int) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  perform ingest.assert_lease(p_run, p_generation);
  perform ingest.drop_landing(p_run, p_generation);
end
$$;
comment on function ingest.clear_landing(uuid, int) is 'Drops a run''s landing tables. Error IN007: the lease is lost.';
grant execute on function ingest.clear_landing(uuid, int) to cadastre_worker;
