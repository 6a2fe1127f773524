--! owner: cadastre_system
-- Who is asking on an organization's unprivileged login. The organization is the login's own, by role OID. The user, and
-- so the masks and filters, come from a signed claim of kind sandbox that names the organization and this very server
-- process: SQL that reads the claim gains nothing, since it counts nowhere else and the session has it already. Without
-- one, with a forged one, an expired one or another session's: nobody. A claim without a user is the organization's
-- service. The process's number is why such a login's queries do not run in parallel (private.make_sandbox_role).
create or replace function private.sandbox_identity(out org_id uuid, out user_id uuid, out role_key text, out kind text)
returns record
language plpgsql stable
set search_path = ''
as $$
declare
  part text[] := string_to_array(current_setting('cadastre.claim', true), '.');
  login private.sandbox_logins;
begin
  select * into login from private.sandbox_logins l
   where l.role_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user))::oid;
  if login.org_id is null or cardinality(part) is distinct from 7 or part[1] <> 'v1' or part[2] <> 'sandbox'
     or not exists (select from private.claim_keys k
                     where k.retired_at is null
                       and private.claim_mac(array_to_string(part[1:6], '.'), k.secret) = part[7]) then
    return;
  end if;
  -- Signed by us, so the parts are well-formed from here on.
  if to_timestamp(part[6]::bigint) <= clock_timestamp() or part[3] <> login.org_id::text
     or part[5] <> lpad(to_hex(pg_backend_pid()), 32, '0')::uuid::text
     or not exists (select from tenancy.organizations o where o.id = login.org_id and o.status = 'active') then
    return;
  end if;
  if part[4] = '-' then
    org_id := login.org_id;
    kind := 'service';
    return;
  end if;
  select m.org_id, m.user_id, m.role_key, 'sql'
    into sandbox_identity.org_id, sandbox_identity.user_id, sandbox_identity.role_key, sandbox_identity.kind
    from access.memberships m
    join access.users u on u.id = m.user_id and u.status = 'active'
   where m.org_id = login.org_id and m.user_id = part[4]::uuid and m.status = 'active';
end
$$;
comment on function private.sandbox_identity() is
  'Organization, user, role and kind (sql, service) of a session on an organization''s unprivileged login; all null for nobody.';
revoke execute on function private.sandbox_identity() from public;
