-- Changes the organization's security settings; what is null stays. Read them from orgSecurity.
create or replace function access.set_org_security(
  session_lifetime interval default null, session_idle interval default null, reauthentication interval default null,
  require_factor boolean default null, four_eyes boolean default null,
  max_grant interval default null, max_delegation interval default null,
  sql_connections int default null, sql_statement_timeout interval default null, sql_networks cidr[] default null,
  sql_idle_timeout interval default null, sql_transaction_timeout interval default null, sql_temp_mb int default null
) returns access.org_security
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  was access.org_security;
  result access.org_security;
begin
  perform core.require('organization.security');
  perform private.require_recent();
  select * into was from access.org_security s where s.org_id = org for update;
  begin
    update access.org_security s
       set session_lifetime = coalesce(set_org_security.session_lifetime, s.session_lifetime),
           session_idle = coalesce(set_org_security.session_idle, s.session_idle),
           reauthentication = coalesce(set_org_security.reauthentication, s.reauthentication),
           require_factor = coalesce(set_org_security.require_factor, s.require_factor),
           four_eyes = coalesce(set_org_security.four_eyes, s.four_eyes),
           max_grant = coalesce(set_org_security.max_grant, s.max_grant),
           max_delegation = coalesce(set_org_security.max_delegation, s.max_delegation),
           sql_connections = coalesce(set_org_security.sql_connections, s.sql_connections),
           sql_statement_timeout = coalesce(set_org_security.sql_statement_timeout, s.sql_statement_timeout),
           sql_networks = coalesce(set_org_security.sql_networks, s.sql_networks),
           sql_idle_timeout = coalesce(set_org_security.sql_idle_timeout, s.sql_idle_timeout),
           sql_transaction_timeout = coalesce(set_org_security.sql_transaction_timeout, s.sql_transaction_timeout),
           sql_temp_mb = coalesce(set_org_security.sql_temp_mb, s.sql_temp_mb)
     where s.org_id = org
    returning * into result;
  exception when check_violation then
    perform core.raise('AC034', 'a security setting is out of bounds',
      'Session 15 minutes to 90 days, idle 5 minutes to 90 days, proof 1 minute to 1 day, grants to 10 years, delegations to 1 year, SQL 1 to 100 connections, statements and idling 1 second to 1 day, transactions to 7 days, at most 100 networks.');
  end;
  perform audit.record('organization.security', 'organization', org::text, (
    select coalesce(jsonb_object_agg(n.key, jsonb_build_array(o.value, n.value)), '{}')
      from jsonb_each(to_jsonb(result)) n join jsonb_each(to_jsonb(was)) o using (key)
     where n.value is distinct from o.value and n.key <> 'updated_at'));
  return result;
end
$$;
comment on function access.set_org_security(interval, interval, interval, boolean, boolean, interval, interval, int, interval, cidr[], interval, interval, int) is
  'Changes security settings; null leaves as it is. Needs organization.security and a recent proof of who you are. Errors: AC034 out of bounds, AC060 proof.';
revoke execute on function access.set_org_security(interval, interval, interval, boolean, boolean, interval, interval, int, interval, cidr[], interval, interval, int) from public;
grant execute on function access.set_org_security(interval, interval, interval, boolean, boolean, interval, interval, int, interval, cidr[], interval, interval, int) to cadastre_user, cadastre_worker;
