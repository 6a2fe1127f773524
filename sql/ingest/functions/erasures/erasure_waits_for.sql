-- Loads of an erasure's datasets that are still under way: what they read would come back after it. Held ones wait for a
-- person, so they are named.
create or replace function ingest.erasure_waits_for(p_erasure uuid) returns table (run_id uuid, dataset text, status text)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  most constant int := 5;
begin
  perform core.require('run.execute');
  return query
    select r.id, r.dataset_name, r.status
      from data.erasures e
      join data.datasets d on d.org_id = e.org_id and d.id = any (e.dataset_ids)
      join ingest.runs r on r.org_id = e.org_id and r.dataset_name = d.name and r.status in ('queued', 'running', 'waiting', 'held')
     where e.org_id = private.org_id() and e.id = p_erasure and r.created_at < clock_timestamp()
     order by r.created_at limit most;
end
$$;
comment on function ingest.erasure_waits_for(uuid) is 'Loads under way of an erasure''s datasets, at most 5. For the worker.';
revoke execute on function ingest.erasure_waits_for(uuid) from public;
grant execute on function ingest.erasure_waits_for(uuid) to cadastre_worker;
