--! owner: cadastre_system
-- Exchanges a refresh token for its successor, in the same organization or (p_org_slug) in another one of the same
-- person. Each token counts once: the row lock makes exchanges at the same moment take turns, and all but the first
-- find the token used. A used token that comes back was copied by somebody, so the session ends. Except within a few
-- seconds of its use: two tabs of one browser do that. They get nothing but the advice to ask again with the cookie
-- that the other tab received ({again: true}); a second live token is never made.
-- Null: unknown, expired, ended or reused. {refused: true}: not a member of that organization; the token still counts.
drop function if exists private.rotate_session(bytea, bytea, text);
create or replace function private.rotate_session(p_token_hash bytea, p_new_hash bytea, p_org_slug text default null,
                                                  p_user_agent text default '')
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  grace constant interval := '10 seconds';
  max_kept constant int := 10000;
  token private.refresh_tokens;
  own private.sessions;
  limits record;
  target uuid;
begin
  select * into token from private.refresh_tokens t where t.token_hash = p_token_hash for update;
  select * into own from private.sessions s where s.id = token.session_id for update;
  if own.id is null or own.ended_at is not null then
    return null;
  end if;
  if token.used_at is not null then
    if token.used_at > clock_timestamp() - grace then
      return jsonb_build_object('again', true);
    end if;
    perform private.close_session(own.id, 'reuse');
    return null;
  end if;
  limits := private.session_limits(own.org_id);
  -- The limits of today count, also for sessions opened under wider ones.
  if least(own.expires_at, own.created_at + limits.lifetime) <= clock_timestamp() then
    perform private.close_session(own.id, 'expired');
    return null;
  end if;
  if token.expires_at <= clock_timestamp() or own.last_seen_at + limits.idle <= clock_timestamp() then
    perform private.close_session(own.id, 'idle');
    return null;
  end if;
  if private.session_view(own.user_id, own.org_id, own.id) is null then
    perform private.close_session(own.id, 'member');
    return null;
  end if;
  if p_org_slug is not null then
    return private.switch_session(own, token.token_hash, p_new_hash, p_org_slug, p_user_agent);
  end if;
  update private.refresh_tokens t set used_at = clock_timestamp() where t.token_hash = p_token_hash;
  -- Used ones stay, to be recognized when they come back: more than a session has in its life, but a bound.
  delete from private.refresh_tokens t
   where t.token_hash in (select x.token_hash from private.refresh_tokens x where x.session_id = own.id
                           order by x.created_at desc offset max_kept);
  insert into private.refresh_tokens (token_hash, session_id, expires_at)
  values (p_new_hash, own.id, least(own.expires_at, clock_timestamp() + limits.idle));
  update private.sessions s
     set last_seen_at = clock_timestamp(), expires_at = least(s.expires_at, s.created_at + limits.lifetime),
         pending = limits.require_factor and s.factor_at is null,
         ip = coalesce(private.request_ip(), s.ip)
   where s.id = own.id;
  return private.session_view(own.user_id, own.org_id, own.id);
end
$$;
comment on function private.rotate_session(bytea, bytea, text, text) is
  'Exchanges a refresh token for its successor; reuse ends the session. The gateway''s only.';
revoke execute on function private.rotate_session(bytea, bytea, text, text) from public;
grant execute on function private.rotate_session(bytea, bytea, text, text) to cadastre_gateway;
