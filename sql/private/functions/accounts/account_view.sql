--! owner: cadastre_system
-- What a person sees of their own account. No secret and no hash of one.
create or replace function private.account_view(p_session_id uuid)
returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  own private.sessions := private.own_session(p_session_id);
begin
  return (
    select jsonb_build_object(
             'user', jsonb_build_object('id', u.id, 'email', u.email, 'displayName', u.display_name,
                                        'emailVerified', u.email_verified_at is not null, 'locale', u.locale),
             'hasPassword', exists (select from private.credentials c where c.user_id = u.id),
             'totp', exists (select from private.totp_factors f where f.user_id = u.id and f.confirmed_at is not null),
             'passkeys', (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'createdAt', p.created_at,
                            'lastUsedAt', p.last_used_at, 'backedUp', p.backed_up, 'credentialId', p.credential_id,
                            'transports', to_jsonb(p.transports)) order by p.created_at), '[]')
                            from private.passkeys p where p.user_id = u.id),
             'recoveryCodes', (select count(*) from private.recovery_codes c where c.user_id = u.id and c.used_at is null),
             'proofs', to_jsonb(private.proof_kinds(u.id)),
             'pending', own.pending,
             'session', jsonb_build_object('id', own.id, 'orgId', own.org_id, 'method', own.method,
                          'authenticatedAt', own.authenticated_at, 'factorAt', own.factor_at, 'expiresAt', own.expires_at,
                          'recentUntil', own.authenticated_at + (private.session_limits(own.org_id)).reauthentication))
      from access.users u where u.id = own.user_id);
end
$$;
comment on function private.account_view(uuid) is
  '{user, hasPassword, totp, passkeys, recoveryCodes, proofs, pending, session} of a session. The gateways only. Errors: AC061.';
revoke execute on function private.account_view(uuid) from public;
grant execute on function private.account_view(uuid) to cadastre_gateway;
