--! owner: cadastre_system
-- SQL logins with their holders and how many sessions they have open, which the table cannot tell. Owned by the system
-- role for that one question; the organization and whose logins are named here as the table's policy has them.
create or replace function access.list_sql_logins()
returns table (user_id uuid, email text, role_name text, created_at timestamptz, expires_at timestamptz, sessions int)
language sql stable security definer
set search_path = ''
rows 20
as $$
  select l.user_id, u.email::text, l.role_name::text, l.created_at, l.expires_at, private.login_role_sessions(l.role_name)
    from access.sql_logins l
    join access.users u on u.id = l.user_id
   where l.org_id = (select private.org_id())
     and (l.user_id = (select private.user_id()) or (select private.has_permission('member.security')))
   order by u.email::text
   limit 10000
$$;
comment on function access.list_sql_logins() is
  'SQL logins of the organization with their open sessions: one''s own, and everybody''s with member.security.';
revoke execute on function access.list_sql_logins() from public;
grant execute on function access.list_sql_logins() to cadastre_user, cadastre_worker;
