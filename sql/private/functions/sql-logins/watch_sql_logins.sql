--! owner: cadastre_logins
-- Ends what SQL logins do beyond their organization's limits. A session can set its own timeouts away, so they are
-- kept from outside, every few seconds, by the one role that may signal those sessions and no others.
--   statement    a query over the limit is cancelled; one that catches the cancellation is ended grace seconds later
--   idle         a session that waits within a transaction is ended: it holds back the removal of old row versions
--   transaction  a transaction of many short statements is ended
--   login        sessions of logins that expired or were taken from a member, and of those whose mapping is gone
-- Each is in the audit trail of the organization, without the query's text.
create or replace function private.watch_sql_logins()
returns table (pid int, role_name name, reason text)
language plpgsql security definer
set search_path = ''
as $$
declare
  grace constant interval := '10 seconds';
  most constant int := 1000;
  found_one record;
  moment timestamptz;
begin
  moment := clock_timestamp();
  for found_one in
    select a.pid, a.usename, a.usesysid, l.org_id, l.user_id, a.query_start,
           case
             when l.role_oid is null or not l.alive then 'login'
             when a.state = 'active' and moment - a.query_start > l.statement + grace then 'statement_ignored'
             when a.state = 'active' and moment - a.query_start > l.statement then 'statement'
             when a.state like 'idle in transaction%' and moment - a.state_change > l.idle then 'idle'
             when moment - a.xact_start > l.transaction then 'transaction'
           end as why
      from pg_stat_activity a
      left join private.sql_login_limits() l on l.role_oid = a.usesysid
     where a.datname = current_database() and a.usename ~ '^(login|sandbox)_[0-9a-f]{18}$'
       and pg_has_role('cadastre_logins', a.usesysid, 'usage')
     limit most
  loop
    continue when found_one.why is null;
    if found_one.why = 'statement' then
      perform pg_cancel_backend(found_one.pid);
    else
      perform pg_terminate_backend(found_one.pid);
    end if;
    perform audit.record('sql_login.end', 'user', coalesce(found_one.user_id::text, found_one.usename::text),
      jsonb_build_object('reason', found_one.why, 'role', found_one.usename), found_one.org_id);
    pid := found_one.pid;
    role_name := found_one.usename;
    reason := found_one.why;
    return next;
  end loop;
end
$$;
comment on function private.watch_sql_logins() is
  'Ends queries, idle transactions and sessions of SQL logins beyond their limits; tells which, and why: statement, statement_ignored, idle, transaction, login.';
revoke execute on function private.watch_sql_logins() from public;
grant execute on function private.watch_sql_logins() to cadastre_worker;
