--! owner: cadastre_logins
-- Makes an organization's unprivileged login. It reads what analysts' logins read (the organization's views, by the group
-- cadastre_sandbox) and makes temporary tables, nothing else: there is no table that it may write. As with analysts'
-- logins, cadastre_logins becomes a member, so that the watchdog may end its sessions.
--
-- No parallel queries: the claim is for one server process. No synchronized scans: the same input gives the same order
-- of rows, so that the same result is recognized as the same file.
create or replace function private.make_sandbox_role(role_name text, password text, schema_name text) returns void
language plpgsql security definer
set search_path = ''
set password_encryption = 'scram-sha-256'
as $$
begin
  execute format(
    'create role %I login noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication password %L',
    role_name, password);
  execute format('grant cadastre_sandbox to %I with inherit true, set false', role_name);
  execute format('grant %I to cadastre_logins with inherit true, set false', role_name);
  execute format('alter role %I set search_path = %I', role_name, schema_name);
  execute format('alter role %I set datestyle = ''ISO, YMD''', role_name);
  execute format('alter role %I set timezone = ''UTC''', role_name);
  execute format('alter role %I set work_mem = ''64MB''', role_name);
  execute format('alter role %I set max_parallel_workers_per_gather = 0', role_name);
  execute format('alter role %I set synchronize_seqscans = off', role_name);
end
$$;
comment on function private.make_sandbox_role(text, text, text) is
  'Makes the PostgreSQL role of an organization''s unprivileged login, within the group cadastre_sandbox.';
revoke execute on function private.make_sandbox_role(text, text, text) from public;
grant execute on function private.make_sandbox_role(text, text, text) to cadastre_system;
