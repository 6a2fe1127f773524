--! owner: cadastre_system
-- Writes down a sign-in that begins. p_link: somebody signed in links the provider to their account, which needs a
-- recent proof of who they are, as themselves. The gateway's only; with p_link it carries the person's claim.
create or replace function private.oidc_begin(p_provider uuid, p_state_hash bytea, p_browser_hash bytea, p_sealed text,
                                              p_return_path text, p_org_slug text, p_link boolean)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  patience constant interval := '10 minutes';
  who record;
  for_user uuid;
begin
  if p_link then
    who := private.identity();
    if who.user_id is null or who.kind not in ('user', 'operator') or who.read_only or who.session_id is null then
      perform core.raise('42501', 'a provider is linked by people who are signed in as themselves', 'Sign in first.');
    end if;
    perform private.require_recent();
    for_user := who.user_id;
  end if;
  -- What sign-ins leave behind that nobody finished.
  delete from private.oidc_states s where s.expires_at < clock_timestamp() - interval '1 hour';
  insert into private.oidc_states (state_hash, browser_hash, provider_id, sealed, return_path, org_slug, user_id, expires_at)
  values (p_state_hash, p_browser_hash, p_provider, p_sealed, p_return_path, p_org_slug,
          for_user, clock_timestamp() + patience);
  return true;
end
$$;
comment on function private.oidc_begin(uuid, bytea, bytea, text, text, text, boolean) is
  'Keeps the state of a sign-in at a provider. Errors: AC060 linking needs a recent proof. The gateway''s only.';
revoke execute on function private.oidc_begin(uuid, bytea, bytea, text, text, text, boolean) from public;
grant execute on function private.oidc_begin(uuid, bytea, bytea, text, text, text, boolean) to cadastre_gateway;
