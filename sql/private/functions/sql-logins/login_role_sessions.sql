--! owner: cadastre_logins
-- How many sessions a login has open: only the logins' own role sees whose sessions are whose.
create or replace function private.login_role_sessions(role_name text) returns int
language sql stable security definer
set search_path = ''
as $$ select count(*)::int from pg_stat_activity a where a.usename = role_name $$;
comment on function private.login_role_sessions(text) is 'Open sessions of an SQL login''s role.';
revoke execute on function private.login_role_sessions(text) from public;
grant execute on function private.login_role_sessions(text) to cadastre_system;
