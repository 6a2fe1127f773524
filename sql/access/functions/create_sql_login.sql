--! owner: cadastre_system
-- Gives a member a PostgreSQL login of their own and returns its name and password, once. A second call replaces it.
-- The role inherits nothing but the right to reach the organization's schema; rows come from the live membership.
--
-- Nobody gets a login as somebody above them, and nobody while they only look as somebody else or through an API key:
-- the login would outlast that and act in the other's name.
create or replace function access.create_sql_login(p_user_id uuid, valid_for interval default null,
                                                   out role_name text, out password text)
returns record
language plpgsql security definer
set search_path = ''
as $$
declare
  longest constant interval := '10 years';
  who record := private.identity();
  org tenancy.organizations;
  member access.memberships;
  security access.org_security;
  until timestamptz;
begin
  if p_user_id is distinct from who.user_id then
    perform core.require('member.security');
  else
    perform core.require('record.export');
  end if;
  if who.kind = 'key' or who.read_only then
    perform core.raise('42501', 'an SQL login is given to people who are signed in as themselves',
      'Sign in, and end looking as somebody else first.');
  end if;
  perform private.require_recent();
  if valid_for <= interval '0' or valid_for > longest then
    perform core.raise('AC080', 'an SQL login is valid for more than nothing and at most ten years',
      'Give a duration such as 30 days, or none for a login without an end.', 'valid_for');
  end if;
  select * into org from tenancy.organizations o where o.id = who.org_id;
  -- The lock makes two calls at the same moment take turns: the second replaces the first one's login.
  select * into member from access.memberships m where m.org_id = org.id and m.user_id = p_user_id for update;
  if member.user_id is null or member.status <> 'active' then
    perform core.raise('AC004', 'this person is not a member', 'Choose one of the organization''s members.', 'user_id');
  end if;
  if who.kind = 'user' and (select r.rank from access.roles r where r.key = member.role_key)
                           > (select r.rank from access.roles r where r.key = who.role_key) then
    perform core.raise('42501', 'you may not make a login for somebody above you', 'They can make their own.', 'user_id');
  end if;
  perform access.drop_sql_login(p_user_id);
  select * into security from access.org_security s where s.org_id = org.id;
  until := clock_timestamp() + valid_for;
  -- Opaque: a role's name is visible to every login of the cluster.
  role_name := 'login_' || encode(public.gen_random_bytes(9), 'hex');
  password := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
  perform private.make_login_role(role_name, password, 'org_' || org.schema_key, until);
  perform private.limit_login_role(role_name, coalesce(security.sql_connections, 5),
    coalesce(security.sql_statement_timeout, interval '5 minutes'), coalesce(security.sql_idle_timeout, interval '5 minutes'),
    coalesce(security.sql_transaction_timeout, interval '1 hour'), coalesce(security.sql_temp_mb, 2048));
  perform private.open_org_schema(role_name, 'org_' || org.schema_key, true);
  insert into access.sql_logins (org_id, user_id, role_name, role_oid, expires_at)
  values (org.id, p_user_id, create_sql_login.role_name, to_regrole(quote_ident(create_sql_login.role_name))::oid, until);
  perform audit.record('sql_login.create', 'user', p_user_id::text,
    jsonb_build_object('role', create_sql_login.role_name, 'expires_at', until));
end
$$;
comment on function access.create_sql_login(uuid, interval) is
  'Makes (or replaces) a member''s PostgreSQL login: {role_name, password}, shown once. One''s own with record.export, another''s with member.security, nobody''s above you. Errors: AC004 not a member, AC060 proof, AC080 duration.';
revoke execute on function access.create_sql_login(uuid, interval) from public;
grant execute on function access.create_sql_login(uuid, interval) to cadastre_user, cadastre_worker;
