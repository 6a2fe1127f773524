--! owner: cadastre_system
-- Ends a SCIM token: its next request is refused.
create or replace function access.revoke_scim_token(p_id uuid, p_org uuid default null) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  target uuid := private.require_federation(p_org);
begin
  update access.scim_tokens t set revoked_at = clock_timestamp() where t.org_id = target and t.id = p_id and t.revoked_at is null;
  if not found then
    return false;
  end if;
  perform audit.record('scim_token.revoke', 'scim_token', p_id::text, '{}', target);
  return true;
end
$$;
comment on function access.revoke_scim_token(uuid, uuid) is 'Ends a SCIM token; false when it is not there or has ended. Needs organization.security.';
revoke execute on function access.revoke_scim_token(uuid, uuid) from public;
grant execute on function access.revoke_scim_token(uuid, uuid) to cadastre_user, cadastre_worker;
