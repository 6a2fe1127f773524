--! owner: cadastre_system
-- Exchanges a refresh token for its successor, in the same organization or (p_org_slug) in another one of the same
-- person. Each token counts once: the row lock makes two exchanges at the same moment take turns, and the second
-- finds the token used. A used token that comes back was copied by somebody, so its whole family ends.
-- Null: unknown, expired, ended or reused. {refused: true}: not a member of that organization; the token still counts.
create or replace function private.rotate_session(p_token_hash bytea, p_new_hash bytea, p_org_slug text default null)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  lifetime constant interval := '14 days';
  token private.refresh_tokens;
  target uuid;
  answer jsonb;
begin
  select * into token from private.refresh_tokens t where t.token_hash = p_token_hash for update;
  if token.token_hash is null or token.revoked_at is not null or token.expires_at <= clock_timestamp() then
    return null;
  end if;
  if token.used_at is not null then
    update private.refresh_tokens t set revoked_at = clock_timestamp()
     where t.family_id = token.family_id and t.revoked_at is null;
    insert into audit.events (org_id, actor_id, actor_kind, action, object_kind, object_id, request_id)
    values (token.org_id, token.user_id, 'nobody', 'session.reuse', 'session', token.family_id::text,
            nullif(current_setting('cadastre.request_id', true), ''));
    return null;
  end if;
  target := token.org_id;
  if p_org_slug is not null then
    select o.id into target from tenancy.organizations o where o.slug = p_org_slug;
  end if;
  answer := case when target is not null then private.session_view(token.user_id, target, token.family_id) end;
  if answer is null then
    return case when p_org_slug is null then null else jsonb_build_object('refused', true) end;
  end if;
  update private.refresh_tokens t set used_at = clock_timestamp() where t.token_hash = p_token_hash;
  insert into private.refresh_tokens (token_hash, family_id, org_id, user_id, expires_at)
  values (p_new_hash, token.family_id, target, token.user_id, clock_timestamp() + lifetime);
  return answer || jsonb_build_object('refresh', true);
end
$$;
comment on function private.rotate_session(bytea, bytea, text) is
  'Exchanges a refresh token for its successor; reuse ends the family. The gateway''s only.';
revoke execute on function private.rotate_session(bytea, bytea, text) from public;
grant execute on function private.rotate_session(bytea, bytea, text) to cadastre_gateway;
