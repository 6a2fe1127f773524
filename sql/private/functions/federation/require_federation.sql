--! owner: cadastre_system
-- Who may change providers, domains and SCIM tokens: with organization.security within an organization, with
-- platform.security for the installation as a whole. p_org is for the platform's own hands (the command line): members
-- always act on their own organization. People also prove who they are anew. The organization; null: the installation.
create or replace function private.require_federation(p_org uuid default null) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  if who.org_id is null then
    perform core.require('platform.security');
    perform private.require_recent();
    if p_org is not null and not exists (select from tenancy.organizations o where o.id = p_org) then
      perform core.raise('AC001', 'no such organization', 'Check the organization''s slug.', 'org');
    end if;
    return p_org;
  end if;
  perform core.require('organization.security');
  perform private.require_recent();
  return who.org_id;
end
$$;
comment on function private.require_federation(uuid) is
  'Raises unless whoever is asking may change federation; the organization it is about, null for the installation.';
revoke execute on function private.require_federation(uuid) from public;
