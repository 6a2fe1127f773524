--! owner: cadastre_system
-- Removes an identity provider with the links to it. Sessions that it opened go on; end them where that is meant.
create or replace function access.remove_identity_provider(p_name text, p_org uuid default null) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  target uuid := private.require_federation(p_org);
  gone access.identity_providers;
begin
  delete from access.identity_providers p where p.org_id is not distinct from target and p.name = p_name returning * into gone;
  if gone.id is null then
    return false;
  end if;
  perform audit.record('identity_provider.remove', 'identity_provider', gone.id::text, jsonb_build_object('name', p_name), target);
  return true;
end
$$;
comment on function access.remove_identity_provider(text, uuid) is
  'Removes an identity provider and its links; false when there is none. Needs organization.security or platform.security.';
revoke execute on function access.remove_identity_provider(text, uuid) from public;
grant execute on function access.remove_identity_provider(text, uuid) to cadastre_user, cadastre_worker;
