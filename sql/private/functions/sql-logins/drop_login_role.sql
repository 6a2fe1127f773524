--! owner: cadastre_logins
-- Drops the PostgreSQL role of an SQL login, ending its sessions first. Such a role owns nothing. A session that begins
-- between this and the commit is nobody from then on: the role's OID is in no mapping any more.
create or replace function private.drop_login_role(role_name text) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  if role_name !~ '^(login|sandbox)_[0-9a-f]{18}$' then
    perform core.raise('22023', 'not the role of an SQL login', 'Only roles made by access.create_sql_login are dropped here.');
  end if;
  perform pg_terminate_backend(a.pid) from pg_stat_activity a where a.usename = role_name;
  execute format('drop role if exists %I', role_name);
end
$$;
comment on function private.drop_login_role(text) is 'Ends the sessions of an SQL login''s role and drops it.';
revoke execute on function private.drop_login_role(text) from public;
grant execute on function private.drop_login_role(text) to cadastre_system;
