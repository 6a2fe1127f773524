--! owner: cadastre_system
-- Who holds sealing back: the session whose transaction is the oldest that has written something and not ended. From
-- pg_locks, which shows everybody's (what they run is not told). A prepared transaction has no session.
create or replace function audit.oldest_writer(out pid int, out role name, out application text, out transaction text)
language sql stable security definer
set search_path = ''
as $$
  select l.pid, a.usename, a.application_name, l.transactionid::text
    from pg_catalog.pg_locks l
    left join pg_catalog.pg_stat_activity a on a.pid = l.pid
   where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted and l.pid is distinct from pg_backend_pid()
   order by age(l.transactionid) desc limit 1
$$;
comment on function audit.oldest_writer() is 'Process id, role and application of the oldest transaction that has written and not ended.';
revoke execute on function audit.oldest_writer() from public;
grant execute on function audit.oldest_writer() to cadastre_worker;
