-- The limits of SQL logins that access.set_org_security does not have; what is null stays. They count for logins that
-- are there already: a trigger puts them on the roles, the watchdog keeps them.
create or replace function access.set_sql_login_limits(sql_idle_timeout interval default null,
                                                       sql_transaction_timeout interval default null, sql_temp_mb int default null)
returns access.org_security
language plpgsql security definer
set search_path = ''
as $$
declare
  result access.org_security;
begin
  perform core.require('organization.security');
  perform private.require_recent();
  begin
    update access.org_security s
       set sql_idle_timeout = coalesce(set_sql_login_limits.sql_idle_timeout, s.sql_idle_timeout),
           sql_transaction_timeout = coalesce(set_sql_login_limits.sql_transaction_timeout, s.sql_transaction_timeout),
           sql_temp_mb = coalesce(set_sql_login_limits.sql_temp_mb, s.sql_temp_mb)
     where s.org_id = private.org_id()
    returning * into result;
  exception when check_violation then
    perform core.raise('AC083', 'a limit of SQL logins is out of bounds',
      'Idle 1 second to 1 day, transactions 1 second to 7 days, 1 to 1,000,000 MB.');
  end;
  perform audit.record('organization.security', 'organization', result.org_id::text, jsonb_build_object(
    'sql_idle_timeout', result.sql_idle_timeout, 'sql_transaction_timeout', result.sql_transaction_timeout,
    'sql_temp_mb', result.sql_temp_mb));
  return result;
end
$$;
comment on function access.set_sql_login_limits(interval, interval, int) is
  'Sets limits of SQL logins; null leaves as it is. Needs organization.security and a recent proof. Errors: AC060 proof, AC083 out of bounds.';
revoke execute on function access.set_sql_login_limits(interval, interval, int) from public;
grant execute on function access.set_sql_login_limits(interval, interval, int) to cadastre_user, cadastre_worker;
