--! owner: cadastre_system
-- Makes the row of a session, its first refresh token and the answer to the person. Null when the membership, the
-- account or the organization is not live.
create or replace function private.make_session(p_user_id uuid, p_org_id uuid, p_method text, p_token_hash bytea,
                                                p_user_agent text, p_factor_kind text, p_authenticated_at timestamptz,
                                                p_factor_at timestamptz)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  max_sessions constant int := 100;
  limits record := private.session_limits(p_org_id);
  made private.sessions;
begin
  if private.session_view(p_user_id, p_org_id, null) is null then
    return null;
  end if;
  -- What a person leaves behind is bounded: sessions that ended a month ago go, and the oldest beyond the limit end.
  delete from private.sessions s
   where s.user_id = p_user_id and coalesce(s.ended_at, s.expires_at) < clock_timestamp() - interval '30 days';
  update private.sessions s set ended_at = clock_timestamp(), ended_why = 'expired'
   where s.ended_at is null
     and s.id in (select x.id from private.sessions x where x.user_id = p_user_id and x.ended_at is null
                   order by x.created_at desc offset max_sessions - 1);
  insert into private.sessions (org_id, user_id, method, authenticated_at, factor_at, factor_kind, ip, user_agent,
                                pending, expires_at)
  values (p_org_id, p_user_id, p_method, p_authenticated_at, p_factor_at, p_factor_kind,
          private.request_ip(), left(coalesce(p_user_agent, ''), 500),
          limits.require_factor and p_factor_at is null, clock_timestamp() + limits.lifetime)
  returning * into made;
  insert into private.refresh_tokens (token_hash, session_id, expires_at)
  values (p_token_hash, made.id, least(made.expires_at, clock_timestamp() + limits.idle));
  perform private.record_sign_in(p_user_id, p_org_id, 'session.open', made.id::text,
    jsonb_build_object('method', p_method, 'factor', p_factor_kind, 'pending', nullif(made.pending, false)));
  return private.session_view(p_user_id, p_org_id, made.id);
end
$$;
comment on function private.make_session(uuid, uuid, text, bytea, text, text, timestamptz, timestamptz) is
  'Makes a session with its first refresh token; {kind, sessionId, user, org, ...} or null.';
revoke execute on function private.make_session(uuid, uuid, text, bytea, text, text, timestamptz, timestamptz) from public;
