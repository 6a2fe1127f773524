--! owner: cadastre_system
-- Who is asking, decided once for every road.
--
-- A custom setting by itself proves nothing: any SQL user can set it. So:
--   * session_user is an analyst's SQL login: identity comes from the login's mapping (by role OID) and from the
--     LIVE membership, within the organization's networks. Whatever claim the session sets is ignored.
--   * session_user is the gateway or the worker: identity comes from the claim in the setting cadastre.claim, which
--     counts only with a valid signature and before its expiry. A member's claim also needs the live membership, and,
--     when it names a session, that session or API key alive: an ended one is nobody at the next statement.
--   * session_user is an organization's unprivileged login: the organization is the login's, the user that of a claim
--     made for this session alone (private.sandbox_identity).
--   * anyone else, a superuser too, is nobody.
--
-- Claim: 'v1.<kind>.<org uuid or ->.<user uuid or ->.<session or key uuid or ->.<expiry, Unix seconds>.<hmac hex>'.
-- Kinds: user (a member; without a session part: a job that acts for one), key (an API key of a member's), operator (a
-- platform operator, no organization), service (the worker acting for an organization, or for the platform when it
-- names none). STABLE, not IMMUTABLE: an immutable one was seen to answer from a prepared plan with the organization
-- of the claim before.
--
-- Somebody who looks at the organization as somebody else (access.view_as) counts as that person, read-only, as long
-- as the view is open, its time not over and its subject a live member; actor_id stays the real person. API keys are
-- programs, which nobody looks through.
--
-- Asked with every statement, most of which come from members about whom nothing is out of the ordinary: no account
-- disabled, no organization suspended or with networks, no open view. Each of those leaves a row in private.exceptions
-- from the same commit on (private.exceptional), so where there is none, two or three looks into indexes are the whole
-- answer. Where there is one, or no live member was found, the long question decides, which asks all of it.
create or replace function private.identity(
  out org_id uuid, out user_id uuid, out role_key text, out kind text,
  out session_id uuid, out actor_id uuid, out read_only boolean
) returns record
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  part text[];
  claimed_org uuid;
  claimed_user uuid;
  claimed_session uuid;
  open_view uuid;
begin
  if session_user not in ('cadastre_gateway', 'cadastre_worker') then
    if starts_with(session_user, 'sandbox_') then
      select s.org_id, s.user_id, s.role_key, s.kind, s.user_id, false
        into identity.org_id, identity.user_id, identity.role_key, identity.kind, identity.actor_id, identity.read_only
        from private.sandbox_identity() s;
      return;
    end if;
    select m.org_id, m.user_id, m.role_key, 'sql', m.user_id, false
      into identity.org_id, identity.user_id, identity.role_key, identity.kind, identity.actor_id, identity.read_only
      from access.sql_logins l
      join access.memberships m on m.org_id = l.org_id and m.user_id = l.user_id and m.status = 'active'
     where l.role_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user))::oid
       and (l.expires_at is null or l.expires_at > clock_timestamp())
       and not exists (select from private.exceptions e where e.about in (l.org_id, l.user_id));
    if identity.kind is not null then
      return;
    end if;
    select m.org_id, m.user_id, m.role_key, 'sql', m.user_id, false, v.id
      into identity.org_id, identity.user_id, identity.role_key, identity.kind, identity.actor_id, identity.read_only, open_view
      from access.sql_logins l
      join access.memberships m on m.org_id = l.org_id and m.user_id = l.user_id and m.status = 'active'
      join access.users u on u.id = l.user_id and u.status = 'active'
      join tenancy.organizations o on o.id = l.org_id and o.status = 'active'
      join access.org_security s on s.org_id = l.org_id
      left join access.view_as v on v.org_id = m.org_id and v.user_id = m.user_id and v.ended_at is null
     where l.role_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user))::oid
       and (l.expires_at is null or l.expires_at > clock_timestamp())
       -- From a network that the organization allows; none listed: from anywhere.
       and (s.sql_networks = '{}' or private.sql_network_admits(s.sql_networks));
    if open_view is not null then
      select s.user_id, s.role_key, s.read_only into identity.user_id, identity.role_key, identity.read_only
        from private.view_subject(identity.org_id, open_view, identity.user_id, identity.role_key) s;
    end if;
    return;
  end if;

  part := string_to_array(current_setting('cadastre.claim', true), '.');
  if cardinality(part) is distinct from 7 or part[1] <> 'v1' then
    return;
  end if;
  -- private.claim_mac, written out: asked a hundred times by a batch of a stream, and a call costs more than the digest.
  if not exists (
    select from private.claim_keys k
     where k.retired_at is null
       and encode(public.hmac(convert_to(array_to_string(part[1:6], '.'), 'UTF8'), k.secret, 'sha256'), 'hex') = part[7]
  ) then
    return;
  end if;
  -- Signed by us, so the parts are well-formed from here on.
  if to_timestamp(part[6]::bigint) <= clock_timestamp() then
    return;
  end if;
  claimed_org := nullif(part[3], '-')::uuid;
  claimed_user := nullif(part[4], '-')::uuid;

  -- Before all that is asked of people, each of which is a query.
  if part[2] = 'service' then
    if session_user = 'cadastre_worker' then
      org_id := claimed_org;
      user_id := claimed_user;
      kind := 'service';
      actor_id := claimed_user;
      read_only := false;
    end if;
    return;
  end if;

  claimed_session := nullif(part[5], '-')::uuid;
  if claimed_session is not null and part[2] <> 'key' then
    if not exists (
      select from private.sessions s
       where s.id = claimed_session and s.user_id = claimed_user and s.org_id is not distinct from claimed_org
         and s.ended_at is null and s.expires_at > clock_timestamp() and not s.pending
    ) then
      return;
    end if;
  end if;

  if part[2] = 'user' then
    select m.org_id, m.user_id, m.role_key, 'user', claimed_session, m.user_id, false
      into identity.org_id, identity.user_id, identity.role_key, identity.kind, identity.session_id,
           identity.actor_id, identity.read_only
      from access.memberships m
     where m.org_id = claimed_org and m.user_id = claimed_user and m.status = 'active'
       and not exists (select from private.exceptions e where e.about in (claimed_org, claimed_user));
    if identity.kind is not null then
      return;
    end if;
    select m.org_id, m.user_id, m.role_key, 'user', claimed_session, m.user_id, false, v.id
      into identity.org_id, identity.user_id, identity.role_key, identity.kind, identity.session_id,
           identity.actor_id, identity.read_only, open_view
      from access.memberships m
      join access.users u on u.id = m.user_id and u.status = 'active'
      join tenancy.organizations o on o.id = m.org_id and o.status = 'active'
      left join access.view_as v on v.org_id = m.org_id and v.user_id = m.user_id and v.ended_at is null
     where m.org_id = claimed_org and m.user_id = claimed_user and m.status = 'active';
    if open_view is not null then
      select s.user_id, s.role_key, s.read_only into identity.user_id, identity.role_key, identity.read_only
        from private.view_subject(identity.org_id, open_view, identity.user_id, identity.role_key) s;
    end if;
  elsif part[2] = 'key' then
    select m.org_id, m.user_id, m.role_key, 'key', k.id, m.user_id, false
      into identity.org_id, identity.user_id, identity.role_key, identity.kind, identity.session_id,
           identity.actor_id, identity.read_only
      from access.api_keys k
      join access.memberships m on m.org_id = k.org_id and m.user_id = k.created_by and m.status = 'active'
     where k.org_id = claimed_org and k.id = claimed_session and k.created_by = claimed_user
       and k.revoked_at is null and k.expires_at > clock_timestamp()
       and not exists (select from private.exceptions e where e.about in (claimed_org, claimed_user));
    if identity.kind is not null then
      return;
    end if;
    select m.org_id, m.user_id, m.role_key, 'key', k.id, m.user_id, false
      into identity.org_id, identity.user_id, identity.role_key, identity.kind, identity.session_id,
           identity.actor_id, identity.read_only
      from access.api_keys k
      join access.memberships m on m.org_id = k.org_id and m.user_id = k.created_by and m.status = 'active'
      join access.users u on u.id = m.user_id and u.status = 'active'
      join tenancy.organizations o on o.id = m.org_id and o.status = 'active'
     where k.org_id = claimed_org and k.id = claimed_session and k.created_by = claimed_user
       and k.revoked_at is null and k.expires_at > clock_timestamp();
  elsif part[2] = 'operator' then
    select u.id, 'operator', claimed_session, u.id, false
      into identity.user_id, identity.kind, identity.session_id, identity.actor_id, identity.read_only
      from access.users u
     where u.id = claimed_user and u.is_operator and u.status = 'active';
  end if;
end
$$;
comment on function private.identity() is
  'Organization, user, role, kind (user, key, sql, operator, service), session or key, the real person, and whether they only look, of whoever is asking; all null for nobody.';
grant execute on function private.identity() to cadastre_owner, cadastre_logins;
