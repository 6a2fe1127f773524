--! owner: cadastre_system
-- Membership at the moment of signing in. Three ways, and only with an address that the provider has verified:
--   * the provider belongs to an organization that lets its people join,
--   * the provider's word names the organization (Cognito's custom:organization_id) and the provider lets people join,
--   * an organization has proven that the address's domain is its own, and lets such people join.
-- Nobody who is a member, suspended ones included, is changed. Returns the organization's slug that was named, if any.
create or replace function private.oidc_join(p_user_id uuid, p_provider access.identity_providers, p_email text, p_org text)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  named tenancy.organizations;
  way record;
begin
  if p_provider.org_id is not null or p_org is not null then
    select * into named from tenancy.organizations o
     where o.status = 'active'
       and case when p_provider.org_id is not null then o.id = p_provider.org_id
                else o.slug = p_org or o.id::text = lower(p_org) end;
  end if;
  for way in
    select named.id as org_id, p_provider.default_role as role_key, 'oidc' as source
     where named.id is not null and p_provider.join_members
    union all
    select d.org_id, d.default_role, 'domain'
      from access.domains d
      join tenancy.organizations o on o.id = d.org_id and o.status = 'active'
     where d.domain = private.mail_domain(p_email) and d.verified_at is not null and d.join_members
       and (p_provider.org_id is null or d.org_id = p_provider.org_id)
  loop
    insert into access.memberships (org_id, user_id, role_key, source)
    values (way.org_id, p_user_id, way.role_key, way.source)
    on conflict (org_id, user_id) do nothing;
    if found then
      perform private.record_sign_in(p_user_id, way.org_id, 'member.join', p_user_id::text,
        jsonb_build_object('by', way.source, 'role', way.role_key, 'provider', p_provider.name));
    end if;
  end loop;
  return named.slug;
end
$$;
comment on function private.oidc_join(uuid, access.identity_providers, text, text) is
  'Makes a person a member where their provider or their address''s domain lets them join; the slug that the provider named.';
revoke execute on function private.oidc_join(uuid, access.identity_providers, text, text) from public;
