--! owner: cadastre_system
-- Changes over to another organization of the same person: the session there takes the place of the one here, with
-- what was proven: when, and by which factor.
create or replace function private.switch_session(p_own private.sessions, p_token_hash bytea, p_new_hash bytea,
                                                  p_org_slug text, p_user_agent text)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  target uuid;
  answer jsonb;
begin
  select o.id into target from tenancy.organizations o where o.slug = p_org_slug;
  if target is not null then
    answer := private.make_session(p_own.user_id, target, p_own.method, p_new_hash, p_user_agent, p_own.factor_kind,
                                   p_own.authenticated_at, p_own.factor_at);
  end if;
  if answer is null then
    return jsonb_build_object('refused', true);
  end if;
  update private.refresh_tokens t set used_at = clock_timestamp() where t.token_hash = p_token_hash;
  perform private.close_session(p_own.id, 'switched');
  return answer;
end
$$;
comment on function private.switch_session(private.sessions, bytea, bytea, text, text) is
  'Opens the session in another organization and ends the present one; {refused: true} where the person is no member.';
revoke execute on function private.switch_session(private.sessions, bytea, bytea, text, text) from public;
