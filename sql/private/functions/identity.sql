--! owner: cadastre_system
-- Who is asking, decided once for every road.
--
-- A custom setting by itself proves nothing: any SQL user can set it. So:
--   * session_user is an analyst's SQL login: identity comes from the login's mapping (by role OID) and from the
--     LIVE membership. Whatever claim the session sets is ignored.
--   * session_user is the gateway or the worker: identity comes from the claim in the setting cadastre.claim, which
--     counts only with a valid signature and before its expiry. A user's claim also needs the live membership.
--   * anyone else, a superuser too, is nobody.
--
-- Claim: 'v1.<kind>.<org uuid or ->.<user uuid or ->.<session uuid or ->.<expiry, Unix seconds>.<hmac hex>'.
-- Kinds: user (a member), operator (a platform operator, no organization), service (the worker acting for an
-- organization, or for the platform when it names none). STABLE, not IMMUTABLE: an immutable one was seen to
-- answer from a prepared plan with the organization of the claim before.
create or replace function private.identity(
  out org_id uuid, out user_id uuid, out role_key text, out kind text
) returns record
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  part text[];
  claimed_org uuid;
  claimed_user uuid;
begin
  if session_user not in ('cadastre_gateway', 'cadastre_worker') then
    select m.org_id, m.user_id, m.role_key, 'sql'
      into identity.org_id, identity.user_id, identity.role_key, identity.kind
      from access.sql_logins l
      join access.memberships m on m.org_id = l.org_id and m.user_id = l.user_id
      join access.users u on u.id = l.user_id and u.status = 'active'
      join tenancy.organizations o on o.id = l.org_id and o.status = 'active'
     where l.role_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user))::oid
       and (l.expires_at is null or l.expires_at > clock_timestamp());
    return;
  end if;

  part := string_to_array(current_setting('cadastre.claim', true), '.');
  if cardinality(part) is distinct from 7 or part[1] <> 'v1' then
    return;
  end if;
  if not exists (
    select from private.claim_keys k
     where k.retired_at is null
       and private.claim_mac(array_to_string(part[1:6], '.'), k.secret) = part[7]
  ) then
    return;
  end if;
  -- Signed by us, so the parts are well-formed from here on.
  if to_timestamp(part[6]::bigint) <= clock_timestamp() then
    return;
  end if;
  claimed_org := nullif(part[3], '-')::uuid;
  claimed_user := nullif(part[4], '-')::uuid;

  if part[2] = 'user' then
    select m.org_id, m.user_id, m.role_key, 'user'
      into identity.org_id, identity.user_id, identity.role_key, identity.kind
      from access.memberships m
      join access.users u on u.id = m.user_id and u.status = 'active'
      join tenancy.organizations o on o.id = m.org_id and o.status = 'active'
     where m.org_id = claimed_org and m.user_id = claimed_user;
  elsif part[2] = 'operator' then
    select u.id, 'operator'
      into identity.user_id, identity.kind
      from access.users u
     where u.id = claimed_user and u.is_operator and u.status = 'active';
  elsif part[2] = 'service' and session_user = 'cadastre_worker' then
    org_id := claimed_org;
    user_id := claimed_user;
    kind := 'service';
  end if;
end
$$;
comment on function private.identity() is
  'Organization, user, role and kind (user, sql, operator, service) of whoever is asking; all null for nobody.';
grant execute on function private.identity() to cadastre_owner, cadastre_logins;
