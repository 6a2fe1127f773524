--! owner: cadastre_system
-- Whether a provider's word may count for an address at all. The installation's providers are an operator's choice. An
-- organization's own provider is in the hands of its administrators, so it speaks for addresses of domains alone that
-- the organization has proven to own: there it could read the mails that recover an account anyway. Without this an
-- organization could make or enter accounts of people that are not its own.
create or replace function private.provider_speaks_for(p_provider_org uuid, p_email text) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select p_provider_org is null
      or exists (select from access.domains d
                  where d.org_id = p_provider_org and d.domain = private.mail_domain(p_email) and d.verified_at is not null)
$$;
comment on function private.provider_speaks_for(uuid, text) is
  'True for the installation''s providers, and for an organization''s where the address is of a domain it has proven.';
revoke execute on function private.provider_speaks_for(uuid, text) from public;
