-- Landing tables that no running load owns any more: their worker died, or their run was cancelled. Owned by the
-- tables' owner; which runs are alive is asked of the system role's function, since it sees all organizations.
create or replace function ingest.sweep_landing() returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  t record;
  dropped int := 0;
  batch constant int := 200;
begin
  perform core.require('platform.manage');
  for t in
    select c.relname, substr(c.relname, 2, 32)::uuid as run_id, split_part(c.relname, '_', 2)::int as generation
      from pg_catalog.pg_class c
     where c.relnamespace = 'landing'::regnamespace and c.relkind = 'r' and c.relname ~ '^r[0-9a-f]{32}_[0-9]+_'
     limit batch
  loop
    continue when ingest.lease_is_live(t.run_id, t.generation);
    if ingest.try_drop_landing(t.relname) then
      dropped := dropped + 1;
    end if;
  end loop;
  return dropped;
end
$$;
comment on function ingest.sweep_landing() is 'Drops landing tables of runs that nobody loads any more; returns how many. Needs platform.manage.';
grant execute on function ingest.sweep_landing() to cadastre_worker;
