--! owner: cadastre_system
-- Signs somebody in whose first proof the server has just verified: a password, a passkey, an identity provider's
-- word (p_method says which). Runs before there is an identity, so it is the gateway's only. Answers:
--   {kind, sessionId, user, org, role, permissions, pending, expiresAt}   signed in; p_token_hash is the refresh token
--   {factors: [...]}               a second factor is set up and was not shown; p_token_hash is the sign-in's challenge
--   {choose: [{slug, name}]}       several organizations and none named; p_token_hash is the sign-in's challenge
--   null                           not a member there, or of none
-- An operator who names no organization is signed in to the platform itself.
drop function if exists private.open_session(uuid, text, bytea);
create or replace function private.open_session(p_user_id uuid, p_org_slug text, p_method text, p_token_hash bytea,
                                                p_user_agent text default '', p_factor_kind text default null)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  patience constant interval := '10 minutes';
  org_ids uuid[];
  factors text[] := private.factor_kinds(p_user_id);
begin
  if not exists (select from access.users u where u.id = p_user_id and u.status = 'active') then
    return null;
  end if;
  -- Null in the first place stands for the platform.
  select array_agg(o.id order by o.name) into org_ids
    from access.memberships m
    join tenancy.organizations o on o.id = m.org_id and o.status = 'active'
   where m.user_id = p_user_id and m.status = 'active' and (p_org_slug is null or o.slug = p_org_slug);
  if p_org_slug is null and exists (select from access.users u where u.id = p_user_id and u.is_operator) then
    org_ids := array[null::uuid];
  end if;
  if org_ids is null then
    return null;
  end if;
  if (cardinality(factors) > 0 and p_factor_kind is null) or cardinality(org_ids) > 1 then
    delete from private.challenges c where c.expires_at < clock_timestamp() - interval '1 hour';
    insert into private.challenges (token_hash, purpose, user_id, detail, expires_at)
    values (p_token_hash, 'sign_in', p_user_id,
            jsonb_build_object('org', p_org_slug, 'method', p_method, 'factor', p_factor_kind),
            clock_timestamp() + patience);
    if cardinality(factors) > 0 and p_factor_kind is null then
      return jsonb_build_object('factors', to_jsonb(factors));
    end if;
    return jsonb_build_object('choose', (
      select jsonb_agg(jsonb_build_object('slug', o.slug, 'name', o.name) order by o.name)
        from tenancy.organizations o where o.id = any (org_ids)));
  end if;
  return private.make_session(p_user_id, org_ids[1], p_method, p_token_hash, p_user_agent, p_factor_kind,
    clock_timestamp(), case when p_factor_kind is not null then clock_timestamp() end);
end
$$;
comment on function private.open_session(uuid, text, text, bytea, text, text) is
  'Signs in after a verified first proof: the session, {factors: [...]}, {choose: [...]} or null. The gateway''s only.';
revoke execute on function private.open_session(uuid, text, text, bytea, text, text) from public;
grant execute on function private.open_session(uuid, text, text, bytea, text, text) to cadastre_gateway;
