--! owner: cadastre_system
-- A worker process says that its runners' pools live (the queue locks jobs in their names), forgets those that have not said
-- so for a while, and gets back who is alive, and which of its own nobody knew: new ones, and such as were taken for dead.
drop function if exists private.beat_workers(text[], interval);
create or replace function private.beat_workers(worker_ids text[], patience interval, out alive text[], out fresh text[])
language plpgsql security definer
set search_path = ''
as $$
begin
  with told as (
    insert into private.workers as w (worker_id)
    select distinct i from unnest(worker_ids) i
    on conflict (worker_id) do update set beat_at = clock_timestamp()
    returning new.worker_id, old.worker_id is null as is_new
  )
  select coalesce(array_agg(t.worker_id) filter (where t.is_new), '{}') into fresh from told t;
  delete from private.workers w where w.beat_at < clock_timestamp() - patience;
  alive := array(select w.worker_id from private.workers w);
end
$$;
comment on function private.beat_workers(text[], interval) is
  'Registers living runners'' pools; gives all that are alive, and those of them that nobody knew.';
revoke execute on function private.beat_workers(text[], interval) from public;
grant execute on function private.beat_workers(text[], interval) to cadastre_worker;
