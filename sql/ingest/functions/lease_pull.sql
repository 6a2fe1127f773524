-- Takes a pull for a worker. No row: there is nothing to do. IN007: somebody else is at it.
create or replace function ingest.lease_pull(p_pull uuid, p_worker text, p_seconds int default 60) returns setof ingest.source_pulls
language plpgsql security definer
set search_path = ''
as $$
declare
  p ingest.source_pulls;
begin
  perform core.require('run.execute');
  select * into p from ingest.source_pulls x where x.org_id = private.org_id() and x.id = p_pull for no key update;
  if p.id is null or p.status not in ('queued', 'waiting', 'running') then
    return;
  end if;
  if p.status = 'running' and p.lease_until > clock_timestamp() and p.worker_id is distinct from p_worker then
    perform core.raise('IN007', 'another worker holds the pull', 'It is tried again when the lease is over.');
  end if;
  update ingest.source_pulls x
     set status = 'running', lease_generation = x.lease_generation + 1, attempts = x.attempts + 1, worker_id = p_worker,
         lease_until = clock_timestamp() + make_interval(secs => p_seconds), started_at = coalesce(x.started_at, clock_timestamp())
   where x.org_id = p.org_id and x.id = p.id
  returning * into p;
  perform core.notify('pulls:' || p.org_id, p.id);
  return next p;
end
$$;
comment on function ingest.lease_pull(uuid, text, int) is 'Takes a pull for a worker; no row: nothing to do. Error IN007.';
grant execute on function ingest.lease_pull(uuid, text, int) to cadastre_worker;
