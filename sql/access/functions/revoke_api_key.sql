--! owner: cadastre_system
-- Revokes a key: it is nobody at its next statement. One''s own, or with organization.security another''s. No fresh proof:
-- revoking must be quick. Keys revoke none. Whose key it is decides, so core.require() is not the first act.
create or replace function access.revoke_api_key(p_id uuid)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  target access.api_keys;
begin
  select * into target from access.api_keys k where k.org_id = who.org_id and k.id = p_id;
  if target.id is null or who.read_only or who.kind not in ('user', 'service') or (target.created_by is distinct from who.user_id and not private.has_permission('organization.security')) then
    perform core.raise('AC068', 'there is no such key, or you may not revoke it', 'Choose one of those you see.');
  end if;
  update access.api_keys k set revoked_at = clock_timestamp() where k.org_id = who.org_id and k.id = p_id and k.revoked_at is null;
  if not found then
    return false;
  end if;
  perform audit.record('api_key.revoke', 'api_key', p_id::text);
  return true;
end
$$;
comment on function access.revoke_api_key(uuid) is
  'Revokes an API key; false when it was revoked before. Errors: AC068.';
revoke execute on function access.revoke_api_key(uuid) from public;
grant execute on function access.revoke_api_key(uuid) to cadastre_user, cadastre_worker;
