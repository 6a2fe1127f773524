--! owner: cadastre_logins
-- Sets until when a login's password opens a connection. 'infinity' is PostgreSQL's word for no end.
create or replace function private.date_login_role(role_name text, valid_until timestamptz) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  execute format('alter role %I valid until %L', role_name, coalesce(valid_until, 'infinity'));
end
$$;
comment on function private.date_login_role(text, timestamptz) is 'Sets the end of an SQL login''s password; null: none.';
revoke execute on function private.date_login_role(text, timestamptz) from public;
grant execute on function private.date_login_role(text, timestamptz) to cadastre_system;
