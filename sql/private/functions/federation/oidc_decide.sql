--! owner: cadastre_system
-- Whose account a provider's subject is, after the server has verified the provider's word. Called by private.oidc_sign_in
-- alone. Answers {userId, org} or {refused: code}:
--   unverified     the provider has not verified the address, and the subject is not linked
--   link_first     an account has this address; its holder signs in and links the provider themselves, unless the
--                  address is of a domain that this provider is trusted for: an operator has listed the domain, or
--                  the provider and the proven domain are the same organization's
--   nowhere        no account, and no organization lets this address join
--   elsewhere      the provider says that the person belongs to another organization than it may speak for
--   domain         an organization's own provider, and an address of no domain that the organization has proven
--   disabled       the account is not active
-- org: what the session is for. A provider of one organization speaks for that organization alone.
create or replace function private.oidc_decide(p_provider uuid, p_subject text, p_email text, p_verified boolean,
                                                p_name text, p_org text)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  provider access.identity_providers;
  link access.linked_identities;
  person access.users;
  org_slug text;
  verified constant boolean := coalesce(p_verified, false) and coalesce(p_email ~ '^[^@\s]+@[^@\s]+$' and length(p_email) <= 254, false);
begin
  select * into provider from access.identity_providers p where p.id = p_provider and p.enabled;
  if provider.id is null then
    return jsonb_build_object('refused', 'nowhere');
  end if;
  if provider.org_id is not null and p_org is not null and not exists (
    select from tenancy.organizations o where o.id = provider.org_id and (o.slug = p_org or o.id::text = lower(p_org))
  ) then
    return jsonb_build_object('refused', 'elsewhere');
  end if;

  select * into link from access.linked_identities l where l.provider_id = p_provider and l.subject = p_subject for update;
  if link.id is not null then
    select * into person from access.users u where u.id = link.user_id;
    update access.linked_identities l set last_used_at = clock_timestamp() where l.id = link.id;
  elsif not verified then
    return jsonb_build_object('refused', 'unverified');
  else
    select * into person from access.users u where u.email operator(public.=) p_email::public.citext;
    if not private.provider_speaks_for(provider.org_id, p_email) then
      return jsonb_build_object('refused', 'domain');
    end if;
    -- Who speaks for an address as an organization owns its domain, and is trusted with it.
    if person.id is not null and provider.org_id is null
       and private.mail_domain(p_email) <> all (provider.trusted_domains) then
      return jsonb_build_object('refused', 'link_first');
    end if;
    if person.id is null then
      -- An account is made only for who has somewhere to go.
      if not (provider.join_members and (provider.org_id is not null or exists (
                select from tenancy.organizations o where o.status = 'active' and (o.slug = p_org or o.id::text = lower(p_org))))
              or exists (select from access.domains d where d.domain = private.mail_domain(p_email) and d.verified_at is not null
                           and d.join_members and (provider.org_id is null or d.org_id = provider.org_id))) then
        return jsonb_build_object('refused', 'nowhere');
      end if;
      insert into access.users (email, display_name, email_verified_at)
      values (p_email, left(coalesce(p_name, ''), 200), clock_timestamp())
      on conflict on constraint users_email_key do nothing
      returning * into person;
      if person.id is null then
        -- Made by somebody else at this moment: the next attempt decides about it as about any account.
        return jsonb_build_object('refused', 'link_first');
      end if;
    end if;
    insert into access.linked_identities (user_id, provider_id, subject, email, last_used_at)
    values (person.id, p_provider, p_subject, p_email, clock_timestamp())
    on conflict (provider_id, subject) do nothing;
    perform private.record_sign_in(person.id, provider.org_id, 'identity.link', p_provider::text,
      jsonb_build_object('provider', provider.name, 'by', 'sign-in'));
  end if;
  -- Asked at every sign-in: a domain that was given up, an account that moved to another address.
  if not private.provider_speaks_for(provider.org_id, person.email::text) then
    return jsonb_build_object('refused', 'domain');
  end if;
  if person.status <> 'active' then
    return jsonb_build_object('refused', 'disabled');
  end if;
  if verified then
    org_slug := private.oidc_join(person.id, provider, p_email, p_org);
  end if;
  if provider.org_id is not null then
    select o.slug into org_slug from tenancy.organizations o where o.id = provider.org_id;
  end if;
  return jsonb_build_object('userId', person.id, 'org', org_slug);
end
$$;
comment on function private.oidc_decide(uuid, text, text, boolean, text, text) is
  'The account of a provider''s subject: {userId, org} or {refused: unverified, link_first, nowhere, elsewhere, domain, disabled}';
revoke execute on function private.oidc_decide(uuid, text, text, boolean, text, text) from public;
