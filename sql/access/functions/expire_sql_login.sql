--! owner: cadastre_system
-- Sets when an SQL login ends; now ends it, null takes the end away. Sessions that are open see nothing from that
-- moment on; the watchdog ends them seconds later. One's own end can only be brought nearer.
create or replace function access.expire_sql_login(p_user_id uuid, p_expires_at timestamptz) returns access.sql_logins
language plpgsql security definer
set search_path = ''
as $$
declare
  result access.sql_logins;
  who record := private.identity();
begin
  if p_user_id is distinct from who.user_id then
    perform core.require('member.security');
  else
    perform core.require('record.export');
  end if;
  if who.kind = 'key' or who.read_only then
    perform core.raise('42501', 'an SQL login is changed by people who are signed in as themselves',
      'Sign in, and end looking as somebody else first.');
  end if;
  select * into result from access.sql_logins l where l.org_id = who.org_id and l.user_id = p_user_id for update;
  if result.id is null then
    perform core.raise('AC081', 'this person has no SQL login', 'Create one.', 'user_id');
  end if;
  if p_user_id = who.user_id and coalesce(p_expires_at, 'infinity') > coalesce(result.expires_at, 'infinity') then
    perform core.require('member.security');
  end if;
  if p_expires_at > clock_timestamp() + interval '10 years' then
    perform core.raise('AC080', 'an SQL login is valid for more than nothing and at most ten years',
      'Give a nearer end, or none.', 'expires_at');
  end if;
  perform private.date_login_role(result.role_name, p_expires_at);
  update access.sql_logins l set expires_at = p_expires_at
   where l.org_id = result.org_id and l.id = result.id returning * into result;
  perform audit.record('sql_login.expire', 'user', p_user_id::text,
    jsonb_build_object('role', result.role_name, 'expires_at', p_expires_at));
  return result;
end
$$;
comment on function access.expire_sql_login(uuid, timestamptz) is
  'Sets when an SQL login ends (null: never). Another''s, or later than it was: member.security. Errors: AC080 too far, AC081 none.';
revoke execute on function access.expire_sql_login(uuid, timestamptz) from public;
grant execute on function access.expire_sql_login(uuid, timestamptz) to cadastre_user, cadastre_worker;
