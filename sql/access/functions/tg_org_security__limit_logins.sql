--! owner: cadastre_system
-- Limits that an organization changes count for the logins it already has: connections and space at once, timeouts for
-- sessions that begin after it (and for all, within seconds, by the watchdog).
create or replace function access.tg_org_security__limit_logins() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.limit_login_role(l.role_name, new.sql_connections, new.sql_statement_timeout, new.sql_idle_timeout,
                                   new.sql_transaction_timeout, new.sql_temp_mb)
     from access.sql_logins l
    where l.org_id = new.org_id and to_regrole(quote_ident(l.role_name)) is not null;
  return null;
end
$$;
comment on function access.tg_org_security__limit_logins() is 'Trigger: puts changed limits on the organization''s SQL logins.';
revoke execute on function access.tg_org_security__limit_logins() from public;
grant execute on function access.tg_org_security__limit_logins() to cadastre_owner;
