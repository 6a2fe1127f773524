--! owner: cadastre_logins
-- Makes the PostgreSQL role of an SQL login. It may connect and read views; which schema it reaches is given apart
-- (private.open_org_schema). Owned by the one role that may create roles; called by access.create_sql_login alone.
--
-- cadastre_logins becomes a member of what it made: whoever has a role's privileges may end that role's sessions and
-- see what they run, so it needs neither pg_signal_backend (everybody's sessions) nor pg_read_all_stats (everybody's
-- queries). What it gains beside that is to reach the login's schema, where its rows are nobody's to it.
--
-- Limits are private.limit_login_role's.
create or replace function private.make_login_role(role_name text, password text, schema_name text, valid_until timestamptz)
returns void
language plpgsql security definer
set search_path = ''
set password_encryption = 'scram-sha-256'
as $$
begin
  execute format(
    'create role %I login noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication password %L %s',
    role_name, password, case when valid_until is null then '' else format('valid until %L', valid_until) end);
  execute format('grant cadastre_sql to %I with inherit true, set false', role_name);
  execute format('grant %I to cadastre_logins with inherit true, set false', role_name);
  execute format('alter role %I set search_path = %I', role_name, schema_name);
  execute format('alter role %I set default_transaction_read_only = on', role_name);
end
$$;
comment on function private.make_login_role(text, text, text, timestamptz) is
  'Makes the PostgreSQL role of an SQL login, within the group cadastre_sql.';
revoke execute on function private.make_login_role(text, text, text, timestamptz) from public;
grant execute on function private.make_login_role(text, text, text, timestamptz) to cadastre_system;
