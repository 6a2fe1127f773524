--! owner: cadastre_system
-- Drops a member's SQL login: the mapping first, so that it is nobody at its next statement, then the role.
create or replace function access.drop_sql_login(user_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  gone access.sql_logins;
begin
  if user_id is distinct from private.user_id() and not private.has_permission('member.delete') then
    perform core.require('member.security');
  end if;
  delete from access.sql_logins l where l.org_id = private.org_id() and l.user_id = drop_sql_login.user_id
  returning * into gone;
  if gone.id is null then
    return false;
  end if;
  perform private.open_org_schema(gone.role_name,
    (select 'org_' || o.schema_key from tenancy.organizations o where o.id = gone.org_id), false);
  perform private.drop_login_role(gone.role_name);
  perform audit.record('sql_login.drop', 'user', drop_sql_login.user_id::text, '{}');
  return true;
end
$$;
comment on function access.drop_sql_login(uuid) is 'Drops a member''s SQL login; false when there is none. One''s own, or with member.security.';
grant execute on function access.drop_sql_login(uuid) to cadastre_user, cadastre_worker;
