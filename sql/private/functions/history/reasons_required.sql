--! owner: cadastre_system
-- Whether an organization asks for a reason with every change. Of the system role: asked with every edit that has none,
-- and the policies of the owner would ask who is asking once more.
create or replace function private.reasons_required(p_org uuid) returns boolean
language sql stable security definer
set search_path = ''
as $$ select o.reasons_required from tenancy.organizations o where o.id = p_org $$;
comment on function private.reasons_required(uuid) is 'True where an organization asks for a reason with every change. Internal.';
revoke execute on function private.reasons_required(uuid) from public;
grant execute on function private.reasons_required(uuid) to cadastre_owner;
