--! owner: cadastre_system
-- Links a provider's subject to the account whose holder began the linking, signed in (private.oidc_begin): linked;
-- taken (the subject is somebody else's already), domain (private.provider_speaks_for), full. The gateway's only.
create or replace function private.oidc_link(p_user_id uuid, p_provider uuid, p_subject text, p_email text) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  most constant int := 20;
  holder uuid;
begin
  if not private.provider_speaks_for((select p.org_id from access.identity_providers p where p.id = p_provider),
                                     (select u.email::text from access.users u where u.id = p_user_id)) then
    return 'domain';
  end if;
  insert into access.linked_identities (user_id, provider_id, subject, email)
  select u.id, p_provider, p_subject, left(coalesce(p_email, ''), 254)
    from access.users u
   where u.id = p_user_id and u.status = 'active'
     and (select count(*) from access.linked_identities l where l.user_id = u.id) < most
  on conflict (provider_id, subject) do nothing;
  select l.user_id into holder from access.linked_identities l where l.provider_id = p_provider and l.subject = p_subject;
  if holder is null then
    return 'full';
  elsif holder <> p_user_id then
    return 'taken';
  end if;
  perform private.record_sign_in(p_user_id, null, 'identity.link', p_provider::text, jsonb_build_object('by', 'holder'));
  return 'linked';
end
$$;
comment on function private.oidc_link(uuid, uuid, text, text) is 'Links a subject to an account: linked, taken, domain, full. The gateway''s only.';
revoke execute on function private.oidc_link(uuid, uuid, text, text) from public;
grant execute on function private.oidc_link(uuid, uuid, text, text) to cadastre_gateway;
