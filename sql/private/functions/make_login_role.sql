--! owner: cadastre_logins
-- Makes the PostgreSQL role of an SQL login. It may connect and read views; which schema it reaches is given apart
-- (private.open_org_schema). Owned by the one role that may create roles; called by
-- access.create_sql_login alone. Limits are set on the role, where its session can loosen only some of them: the
-- watchdog and the connection limit hold from outside.
create or replace function private.make_login_role(role_name text, password text, schema_name text, valid_until timestamptz)
returns void
language plpgsql security definer
set search_path = ''
set password_encryption = 'scram-sha-256'
as $$
begin
  execute format(
    'create role %I login noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication connection limit 8 password %L %s',
    role_name, password, case when valid_until is null then '' else format('valid until %L', valid_until) end);
  execute format('grant cadastre_sql to %I with inherit true, set false', role_name);
  execute format('alter role %I set search_path = %I', role_name, schema_name);
  execute format('alter role %I set default_transaction_read_only = on', role_name);
  execute format('alter role %I set statement_timeout = %L', role_name, '5min');
  execute format('alter role %I set idle_in_transaction_session_timeout = %L', role_name, '5min');
end
$$;
comment on function private.make_login_role(text, text, text, timestamptz) is
  'Makes the PostgreSQL role of an SQL login, within the group cadastre_sql and with its limits.';
revoke execute on function private.make_login_role(text, text, text, timestamptz) from public;
grant execute on function private.make_login_role(text, text, text, timestamptz) to cadastre_system;
