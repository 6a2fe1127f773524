--! owner: cadastre_logins
-- Puts the organization's limits on a login's role. The number of connections and temp_file_limit hold as they are; the
-- timeouts are what a session begins with and may change itself, so private.watch_sql_logins enforces them from
-- outside.
create or replace function private.limit_login_role(role_name text, connections int, statement interval, idle interval,
                                                    transaction interval, temp_mb int)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  ms constant text := '%sms';
begin
  execute format('alter role %I connection limit %s', role_name, connections);
  execute format('alter role %I set statement_timeout = %L', role_name, format(ms, (extract(epoch from statement) * 1000)::bigint));
  execute format('alter role %I set idle_in_transaction_session_timeout = %L', role_name,
                 format(ms, (extract(epoch from idle) * 1000)::bigint));
  execute format('alter role %I set transaction_timeout = %L', role_name,
                 format(ms, (extract(epoch from transaction) * 1000)::bigint));
  execute format('alter role %I set temp_file_limit = %L', role_name, format('%sMB', temp_mb));
end
$$;
comment on function private.limit_login_role(text, int, interval, interval, interval, int) is
  'Sets an SQL login''s connection limit, timeouts and space for temporary files.';
revoke execute on function private.limit_login_role(text, int, interval, interval, interval, int) from public;
grant execute on function private.limit_login_role(text, int, interval, interval, interval, int) to cadastre_system;
