--! owner: cadastre_system
-- What the watchdog holds every SQL login of this database to. Across organizations, for cadastre_logins alone.
-- alive is false for logins that have expired, or whose member, account or organization is not active any more.
create or replace function private.sql_login_limits()
returns table (org_id uuid, user_id uuid, role_name name, role_oid oid, alive boolean, statement interval, idle interval,
               transaction interval)
language sql stable security definer
set search_path = ''
as $$
  select l.org_id, l.user_id, l.role_name, l.role_oid,
         (l.expires_at is null or l.expires_at > clock_timestamp())
           and m.status = 'active' and u.status = 'active' and o.status = 'active',
         coalesce(s.sql_statement_timeout, interval '5 minutes'),
         coalesce(s.sql_idle_timeout, interval '5 minutes'),
         coalesce(s.sql_transaction_timeout, interval '1 hour')
    from access.sql_logins l
    join access.memberships m on m.org_id = l.org_id and m.user_id = l.user_id
    join access.users u on u.id = l.user_id
    join tenancy.organizations o on o.id = l.org_id
    left join access.org_security s on s.org_id = l.org_id
  union all
  -- The organizations' unprivileged logins: what private.put_sandbox_login puts on their roles.
  select b.org_id, null, b.role_name::name, b.role_oid, o.status = 'active',
         interval '15 minutes', interval '15 minutes', interval '1 hour'
    from private.sandbox_logins b
    join tenancy.organizations o on o.id = b.org_id
$$;
comment on function private.sql_login_limits() is 'Every SQL login of this database with its limits and whether it is alive. The watchdog''s only.';
revoke execute on function private.sql_login_limits() from public;
grant execute on function private.sql_login_limits() to cadastre_logins;
