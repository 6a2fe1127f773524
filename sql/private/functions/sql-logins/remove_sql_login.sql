--! owner: cadastre_system
-- What ends a login, for those who have already asked who may: the mapping first, so that it is nobody at its next
-- statement, then the role and its sessions. The role's name; null when there was none.
create or replace function private.remove_sql_login(p_org uuid, p_user_id uuid) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  gone access.sql_logins;
begin
  delete from access.sql_logins l where l.org_id = p_org and l.user_id = p_user_id returning * into gone;
  -- A role that an administrator of PostgreSQL has dropped by hand is gone already.
  if gone.id is not null and to_regrole(quote_ident(gone.role_name)) is not null then
    perform private.open_org_schema(gone.role_name,
      (select 'org_' || o.schema_key from tenancy.organizations o where o.id = gone.org_id), false);
    perform private.drop_login_role(gone.role_name);
  end if;
  return gone.role_name;
end
$$;
comment on function private.remove_sql_login(uuid, uuid) is 'Removes a member''s SQL login with its role and sessions; its name, or null.';
revoke execute on function private.remove_sql_login(uuid, uuid) from public;
