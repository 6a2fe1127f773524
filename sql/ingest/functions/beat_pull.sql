-- A worker says that it is still reading. False: the lease belongs to somebody else now, stop.
create or replace function ingest.beat_pull(p_pull uuid, p_lease int, p_seconds int default 60) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  update ingest.source_pulls x set lease_until = clock_timestamp() + make_interval(secs => p_seconds)
   where x.org_id = private.org_id() and x.id = p_pull and x.status = 'running' and x.lease_generation = p_lease;
  return found;
end
$$;
comment on function ingest.beat_pull(uuid, int, int) is 'Extends a pull''s lease; false: it is lost.';
grant execute on function ingest.beat_pull(uuid, int, int) to cadastre_worker;
