--! owner: cadastre_system
-- What the sign-in page offers: the installation's providers, and those of the organization that is named. That an
-- organization of this name exists is no more than its providers' addresses tell. The gateway's only.
create or replace function private.oidc_providers(p_org_slug text) returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('address', x.address, 'title', x.title, 'kind', x.kind) order by x.address), '[]')
    from (select case when p.org_id is null then p.name else o.slug || '.' || p.name end as address, p.title, p.kind
            from access.identity_providers p
            left join tenancy.organizations o on o.id = p.org_id
           where p.enabled and (p.org_id is null or (o.slug = p_org_slug and o.status = 'active'))
           limit 50) x
$$;
comment on function private.oidc_providers(text) is 'Providers to sign in with: [{address, title, kind}]. The gateway''s only.';
revoke execute on function private.oidc_providers(text) from public;
grant execute on function private.oidc_providers(text) to cadastre_gateway;
