--! owner: cadastre_system
-- Whether an account has any way to sign in: one without is finished by the first mailed link.
create or replace function private.can_sign_in(p_user_id uuid)
returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (select from private.credentials c where c.user_id = p_user_id)
      or exists (select from private.passkeys p where p.user_id = p_user_id)
      or exists (select from access.linked_identities l where l.user_id = p_user_id)
$$;
comment on function private.can_sign_in(uuid) is
  'Whether an account has a password, a passkey or an identity elsewhere.';
revoke execute on function private.can_sign_in(uuid) from public;
