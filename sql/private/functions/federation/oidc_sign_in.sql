--! owner: cadastre_system
-- Whose account a provider's subject is (private.oidc_decide), with a refusal in the audit trail. Runs before there is
-- an identity: the gateway's only.
create or replace function private.oidc_sign_in(p_provider uuid, p_subject text, p_email text, p_verified boolean,
                                                p_name text, p_org text)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  answer jsonb := private.oidc_decide(p_provider, p_subject, p_email, p_verified, p_name, p_org);
begin
  if answer ? 'refused' then
    perform private.record_sign_in(null, (select p.org_id from access.identity_providers p where p.id = p_provider),
      'session.refused', p_provider::text, jsonb_build_object('why', answer ->> 'refused', 'email', left(p_email, 254)));
  end if;
  return answer;
end
$$;
comment on function private.oidc_sign_in(uuid, text, text, boolean, text, text) is
  'The account of a provider''s subject: {userId, org} or {refused: unverified, link_first, nowhere, elsewhere, domain, disabled}. The gateway''s only.';
revoke execute on function private.oidc_sign_in(uuid, text, text, boolean, text, text) from public;
grant execute on function private.oidc_sign_in(uuid, text, text, boolean, text, text) to cadastre_gateway;
