--! owner: cadastre_system
-- A worker process says that its workers live, forgets those that have not for a while, and gets back who is alive.
create or replace function private.beat_workers(worker_ids text[], patience interval) returns text[]
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into private.workers (worker_id)
  select w from unnest(worker_ids) w
  on conflict (worker_id) do update set beat_at = clock_timestamp();
  delete from private.workers w where w.beat_at < clock_timestamp() - patience;
  return array(select w.worker_id from private.workers w);
end
$$;
comment on function private.beat_workers(text[], interval) is 'Registers living workers and returns all that are alive.';
revoke execute on function private.beat_workers(text[], interval) from public;
grant execute on function private.beat_workers(text[], interval) to cadastre_worker;
