--! owner: cadastre_system
-- Pulls whose worker went silent go back to the queue; whoever takes one gets a new generation. p_all: no worker can be
-- alive, so no lease counts.
create or replace function ingest.reap_pulls(p_all boolean default false) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  p record;
  reaped int := 0;
  batch constant int := 500;
begin
  perform core.require('platform.manage');
  for p in
    select x.org_id, x.id from ingest.source_pulls x
     where x.status = 'running' and (p_all or x.lease_until < clock_timestamp())
     order by x.lease_until limit batch
     for no key update skip locked
  loop
    update ingest.source_pulls x
       set status = 'queued', lease_until = null, lease_generation = x.lease_generation + 1
     where x.org_id = p.org_id and x.id = p.id;
    perform ingest.queue_pull(p.org_id, p.id);
    reaped := reaped + 1;
  end loop;
  return reaped;
end
$$;
comment on function ingest.reap_pulls(boolean) is 'Queues pulls whose lease is over (or all of them) again; gives how many. Needs platform.manage.';
revoke execute on function ingest.reap_pulls(boolean) from public;
grant execute on function ingest.reap_pulls(boolean) to cadastre_worker;
