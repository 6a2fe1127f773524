--! owner: cadastre_system
-- Opens a session for somebody whose password the server has just verified. Runs before there is an identity, so it
-- is the gateway's only. Answers:
--   {kind, sessionId, user, org, role, permissions, refresh}   signed in; refresh says whether the token was kept
--   {choose: [{slug, name}]}                                    several organizations and none named
--   null                                                        not a member there, or of none
-- An operator who names no organization is signed in to the platform itself. Such a session is not renewable.
create or replace function private.open_session(p_user_id uuid, p_org_slug text, p_token_hash bytea) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  lifetime constant interval := '14 days';
  max_tokens constant int := 100;
  org_ids uuid[];
  chosen uuid;
  family uuid := pg_catalog.uuidv7();
  answer jsonb;
begin
  if p_org_slug is null and exists (select from access.users u where u.id = p_user_id and u.is_operator) then
    answer := private.session_view(p_user_id, null, family);
  else
    select array_agg(o.id order by o.name) into org_ids
      from access.memberships m
      join tenancy.organizations o on o.id = m.org_id and o.status = 'active'
     where m.user_id = p_user_id and (p_org_slug is null or o.slug = p_org_slug);
    if cardinality(org_ids) > 1 then
      return jsonb_build_object('choose', (
        select jsonb_agg(jsonb_build_object('slug', o.slug, 'name', o.name) order by o.name)
          from tenancy.organizations o where o.id = any (org_ids)));
    end if;
    chosen := org_ids[1];
    if chosen is null then
      return null;
    end if;
    answer := private.session_view(p_user_id, chosen, family);
  end if;
  if answer is null then
    return null;
  end if;
  if chosen is not null then
    -- What a person leaves behind is bounded: expired tokens go, and the oldest beyond the limit.
    delete from private.refresh_tokens t
     where t.user_id = p_user_id
       and (t.expires_at < clock_timestamp() - interval '1 day'
            or t.token_hash in (select x.token_hash from private.refresh_tokens x where x.user_id = p_user_id
                                 order by x.created_at desc offset max_tokens - 1));
    insert into private.refresh_tokens (token_hash, family_id, org_id, user_id, expires_at)
    values (p_token_hash, family, chosen, p_user_id, clock_timestamp() + lifetime);
  end if;
  insert into audit.events (org_id, actor_id, actor_kind, action, object_kind, object_id, request_id)
  values (coalesce(chosen, '00000000-0000-0000-0000-000000000000'), p_user_id, answer->>'kind', 'session.open',
          'session', family::text, nullif(current_setting('cadastre.request_id', true), ''));
  return answer || jsonb_build_object('refresh', chosen is not null);
end
$$;
comment on function private.open_session(uuid, text, bytea) is
  'Opens a session after the password was verified: the session, {choose: [...]} or null. The gateway''s only.';
revoke execute on function private.open_session(uuid, text, bytea) from public;
grant execute on function private.open_session(uuid, text, bytea) to cadastre_gateway;
