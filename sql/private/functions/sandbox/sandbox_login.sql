--! owner: cadastre_system
-- The unprivileged login of the organization that is asking: its name and its sealed password, which only who has the
-- installation's key can open. The worker's alone.
create or replace function private.sandbox_login(out role_name text, out sealed text) returns record
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('pipeline.execute');
  select l.role_name, l.sealed into sandbox_login.role_name, sandbox_login.sealed
    from private.sandbox_logins l where l.org_id = private.org_id();
end
$$;
comment on function private.sandbox_login() is 'Role and sealed password of the organization''s unprivileged login; null where there is none yet.';
revoke execute on function private.sandbox_login() from public;
grant execute on function private.sandbox_login() to cadastre_worker;
