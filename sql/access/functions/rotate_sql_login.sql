--! owner: cadastre_system
-- A new password for an SQL login, with the end it had. It is a new role: the sessions and the password of the old one
-- end with it, also a session that begins at this very moment, since identity goes by the role's OID.
create or replace function access.rotate_sql_login(p_user_id uuid, out role_name text, out password text)
returns record
language plpgsql security definer
set search_path = ''
as $$
declare
  before access.sql_logins;
  made record;
begin
  if p_user_id is distinct from private.user_id() then
    perform core.require('member.security');
  else
    perform core.require('record.export');
  end if;
  select * into before from access.sql_logins l where l.org_id = private.org_id() and l.user_id = p_user_id for update;
  if before.id is null then
    perform core.raise('AC081', 'this person has no SQL login', 'Create one.', 'user_id');
  end if;
  if before.expires_at <= clock_timestamp() then
    perform core.raise('AC082', 'this SQL login has expired', 'Create a new one, or set a later end first.', 'user_id');
  end if;
  -- create_sql_login asks for the rest: who may, for whom.
  made := access.create_sql_login(p_user_id, before.expires_at - clock_timestamp());
  role_name := made.role_name;
  password := made.password;
  perform audit.record('sql_login.rotate', 'user', p_user_id::text, jsonb_build_object('role', made.role_name));
end
$$;
comment on function access.rotate_sql_login(uuid) is
  'Replaces an SQL login''s role and password: {role_name, password}, shown once; its sessions end. Errors: AC081 none, AC082 expired.';
revoke execute on function access.rotate_sql_login(uuid) from public;
grant execute on function access.rotate_sql_login(uuid) to cadastre_user, cadastre_worker;
