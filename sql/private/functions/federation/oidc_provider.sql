--! owner: cadastre_system
-- The identity provider of an address (<name> for the installation's, <slug>.<name> for an organization's), with its
-- sealed secret. Runs before there is an identity, so it is the gateway's only. Null when there is none that is on.
create or replace function private.oidc_provider(p_address text) returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_build_object('id', p.id, 'address', p_address, 'org', o.slug, 'kind', p.kind, 'issuer', p.issuer,
           'clientId', p.client_id, 'sealed', s.sealed, 'scopes', p.scopes, 'claims', p.claims, 'title', p.title)
    from access.identity_providers p
    left join tenancy.organizations o on o.id = p.org_id
    left join private.identity_provider_secrets s on s.provider_id = p.id
   where p.enabled
     and p_address = case when p.org_id is null then p.name else o.slug || '.' || p.name end
     and (p.org_id is null or o.status = 'active')
$$;
comment on function private.oidc_provider(text) is
  'An identity provider by its address, with its sealed secret; null: none. The gateway''s only.';
revoke execute on function private.oidc_provider(text) from public;
grant execute on function private.oidc_provider(text) to cadastre_gateway;
