--! owner: cadastre_system
-- Gives a member a PostgreSQL login of their own and returns its name and password, once. A second call replaces it.
-- The role inherits nothing but the right to reach the organization schemas; rows come from the live membership.
create or replace function access.create_sql_login(p_user_id uuid, valid_for interval default null,
                                                   out role_name text, out password text)
returns record
language plpgsql security definer
set search_path = ''
as $$
declare
  org tenancy.organizations;
begin
  if p_user_id is distinct from private.user_id() then
    perform core.require('member.security');
  else
    perform core.require('record.export');
  end if;
  select * into org from tenancy.organizations o where o.id = private.org_id();
  if not exists (select from access.memberships m where m.org_id = org.id and m.user_id = p_user_id) then
    perform core.raise('AC004', 'this person is not a member', 'Choose one of the organization''s members.', 'user_id');
  end if;
  perform access.drop_sql_login(p_user_id);
  -- Opaque: a role's name is visible to every login of the cluster.
  role_name := 'login_' || encode(public.gen_random_bytes(9), 'hex');
  password := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
  perform private.make_login_role(role_name, password, 'org_' || org.schema_key, clock_timestamp() + valid_for);
  perform private.open_org_schema(role_name, 'org_' || org.schema_key, true);
  insert into access.sql_logins (org_id, user_id, role_name, role_oid, expires_at)
  values (org.id, p_user_id, create_sql_login.role_name, to_regrole(quote_ident(create_sql_login.role_name))::oid,
          clock_timestamp() + valid_for);
  perform audit.record('sql_login.create', 'user', p_user_id::text, jsonb_build_object('role', create_sql_login.role_name));
end
$$;
comment on function access.create_sql_login(uuid, interval) is
  'Makes (or replaces) a member''s PostgreSQL login: {role_name, password}, shown once. One''s own with record.export, another''s with member.security.';
revoke execute on function access.create_sql_login(uuid, interval) from public;
grant execute on function access.create_sql_login(uuid, interval) to cadastre_user, cadastre_worker;
