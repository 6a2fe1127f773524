-- Ends the sessions that hold landing tables of runs which somebody else has taken over, or which have ended: their worker
-- is frozen or cut off. Its transaction could write nothing (the fence), but holds rows and tables, and while the server
-- waits for the rest of a COPY no timeout ends it. As the worker itself: a role may end its own sessions.
create or replace function ingest.end_stale_sessions() returns int
language plpgsql
set search_path = ''
as $$
declare
  s record;
  ended int := 0;
begin
  perform core.require('platform.manage');
  for s in
    select distinct l.pid
      from pg_catalog.pg_class c
      join pg_catalog.pg_locks l on l.locktype = 'relation' and l.relation = c.oid and l.granted
       and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
      join pg_catalog.pg_stat_activity a on a.pid = l.pid and a.usename = current_user
     where c.relnamespace = 'landing'::regnamespace and c.relkind = 'r' and c.relname ~ '^r[0-9a-f]{32}_[0-9]+_'
       and l.pid <> pg_backend_pid()
       and not ingest.lease_is_live(substr(c.relname, 2, 32)::uuid, split_part(c.relname, '_', 2)::int)
  loop
    perform pg_terminate_backend(s.pid);
    ended := ended + 1;
  end loop;
  return ended;
end
$$;
comment on function ingest.end_stale_sessions() is 'Ends sessions of workers that lost their run and still hold its landing tables; returns how many. Needs platform.manage.';
revoke execute on function ingest.end_stale_sessions() from public;
grant execute on function ingest.end_stale_sessions() to cadastre_worker;
