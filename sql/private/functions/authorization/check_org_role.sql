--! owner: cadastre_system
-- Refuses to touch an own role that is not there, or that holds a permission which whoever is asking does not.
create or replace function private.check_org_role(p_key text) returns void
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.check_gift(null, null, coalesce(p_key, ''), 'organization', null, 'infinity');
end
$$;
comment on function private.check_org_role(text) is 'Raises AC021 when there is no such own role, 42501 when it holds what whoever is asking does not.';
revoke execute on function private.check_org_role(text) from public;
grant execute on function private.check_org_role(text) to cadastre_owner;
