--! owner: cadastre_system
-- Makes the organization's unprivileged login, on first use or in place of one whose password cannot be opened any more
-- (another installation key). Two workers at once: the second finds the first one's and is given that.
-- The limits are also the watchdog's (private.sql_login_limits).
create or replace function private.put_sandbox_login(p_password text, p_sealed text, p_instead_of text default null,
                                                     out role_name text, out sealed text)
returns record
language plpgsql security definer
set search_path = ''
as $$
declare
  org tenancy.organizations;
  found_one private.sandbox_logins;
begin
  perform core.require('pipeline.execute');
  select * into org from tenancy.organizations o where o.id = private.org_id();
  perform pg_advisory_xact_lock(hashtextextended(org.id::text, 7203943));
  select * into found_one from private.sandbox_logins l where l.org_id = org.id;
  if found_one.role_name is distinct from p_instead_of then
    role_name := found_one.role_name;
    sealed := found_one.sealed;
    return;
  end if;
  if found_one.role_name is not null then
    delete from private.sandbox_logins l where l.org_id = org.id;
    if to_regrole(found_one.role_name) is not null then
      perform private.open_org_schema(found_one.role_name, 'org_' || org.schema_key, false);
      perform private.drop_login_role(found_one.role_name);
    end if;
  end if;
  role_name := 'sandbox_' || encode(public.gen_random_bytes(9), 'hex');
  sealed := p_sealed;
  perform private.make_sandbox_role(role_name, p_password, 'org_' || org.schema_key);
  perform private.limit_login_role(role_name, 4, interval '15 minutes', interval '15 minutes', interval '1 hour', 4096);
  perform private.open_org_schema(role_name, 'org_' || org.schema_key, true);
  insert into private.sandbox_logins (org_id, role_name, role_oid, sealed)
  values (org.id, put_sandbox_login.role_name, to_regrole(put_sandbox_login.role_name)::oid, p_sealed);
  perform audit.record('sandbox.create', 'organization', org.id::text, jsonb_build_object('role', put_sandbox_login.role_name));
end
$$;
comment on function private.put_sandbox_login(text, text, text) is
  'Makes the organization''s unprivileged login, or returns the one that there is; p_instead_of: the one to be replaced.';
revoke execute on function private.put_sandbox_login(text, text, text) from public;
grant execute on function private.put_sandbox_login(text, text, text) to cadastre_worker;
