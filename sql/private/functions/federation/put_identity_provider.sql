--! owner: cadastre_system
-- Adds or changes an identity provider: the organization's, or the installation's. The client secret comes sealed by
-- the server (lib/secrets.ts), so it is the gateway's and the worker's to call, under the claim of whoever asks; null
-- keeps the one that is there. Mail domains are trusted by operators alone: an
-- organization proves its domains instead.
create or replace function private.put_identity_provider(
  p_name text, p_title text, p_kind text, p_issuer text, p_client_id text, p_sealed_secret text default null,
  p_scopes text[] default null, p_claims jsonb default '{}', p_trusted_domains text[] default '{}',
  p_join_members boolean default false, p_default_role text default 'viewer', p_enabled boolean default true,
  p_org uuid default null
) returns access.identity_providers
language plpgsql security definer
set search_path = ''
as $$
declare
  most constant int := 20;
  target uuid := private.require_federation(p_org);
  result access.identity_providers;
begin
  perform private.require_joinable_role(p_default_role);
  if p_name is null or p_name !~ '^[a-z][a-z0-9-]{0,39}$' then
    perform core.raise('AC086', 'a provider''s name is 1 to 40 lower-case letters, digits and hyphens',
      'Use a name such as "google" or "staff".', 'name');
  end if;
  if p_issuer is null or p_issuer !~ '^https?://[^/?#@\s]+(/[^?#\s]*)?$' or length(p_issuer) > 500 then
    perform core.raise('AC086', 'the issuer is not an address', 'Give it as the provider tells it, for example https://accounts.google.com.', 'issuer');
  end if;
  if target is not null and cardinality(p_trusted_domains) > 0 then
    perform core.raise('AC086', 'an organization''s provider is trusted for the domains that the organization has proven',
      'Add and prove the domain; leave trusted domains empty.', 'trusted_domains');
  end if;
  if (select count(*) from access.identity_providers p where p.org_id is not distinct from target and p.name <> p_name) >= most then
    perform core.raise('AC086', format('there are %s providers already', most), 'Remove one first.', 'name');
  end if;
  -- A secret stays with the issuer it was given for: another one would get to see it.
  delete from private.identity_provider_secrets s
   using access.identity_providers p
   where p.id = s.provider_id and p.org_id is not distinct from target and p.name = p_name and p.issuer <> p_issuer;
  insert into access.identity_providers as p (org_id, name, title, kind, issuer, client_id, scopes, claims, trusted_domains,
                                              join_members, default_role, enabled, created_by)
  values (target, p_name, p_title, p_kind, p_issuer, p_client_id,
          coalesce(p_scopes, case when p_kind = 'github' then '{read:user,user:email}' else '{openid,email,profile}' end::text[]),
          p_claims, (select coalesce(array_agg(lower(d)), '{}') from unnest(p_trusted_domains) d), p_join_members,
          p_default_role, p_enabled, private.actor_id())
  on conflict on constraint identity_providers_org_id_name_key do update
    set title = excluded.title, kind = excluded.kind, issuer = excluded.issuer, client_id = excluded.client_id,
        scopes = excluded.scopes, claims = excluded.claims, trusted_domains = excluded.trusted_domains,
        join_members = excluded.join_members, default_role = excluded.default_role, enabled = excluded.enabled
    -- Subjects are the issuer's: under another issuer or kind the same word is another person.
    where (p.kind, p.issuer) = (excluded.kind, excluded.issuer)
       or not exists (select from access.linked_identities l where l.provider_id = p.id)
  returning * into result;
  if result.id is null then
    perform core.raise('AC087', 'people sign in with this provider; its issuer stays',
      'Add another provider, or remove this one with its links.', 'issuer');
  end if;
  if p_sealed_secret is not null then
    insert into private.identity_provider_secrets (provider_id, sealed) values (result.id, p_sealed_secret)
    on conflict (provider_id) do update set sealed = excluded.sealed;
  end if;
  perform audit.record('identity_provider.put', 'identity_provider', result.id::text,
    jsonb_build_object('name', p_name, 'kind', p_kind, 'issuer', p_issuer, 'enabled', p_enabled, 'join_members', p_join_members,
                       'default_role', p_default_role, 'secret_changed', p_sealed_secret is not null), target);
  return result;
end
$$;
comment on function private.put_identity_provider(text, text, text, text, text, text, text[], jsonb, text[], boolean, text, boolean, uuid) is
  'Adds or changes an identity provider. Needs organization.security, or platform.security for the installation''s. Errors: AC002, AC085 role, AC086 a value, AC087 the issuer stays.';
revoke execute on function private.put_identity_provider(text, text, text, text, text, text, text[], jsonb, text[], boolean, text, boolean, uuid) from public;
grant execute on function private.put_identity_provider(text, text, text, text, text, text, text[], jsonb, text[], boolean, text, boolean, uuid)
  to cadastre_gateway, cadastre_worker;
