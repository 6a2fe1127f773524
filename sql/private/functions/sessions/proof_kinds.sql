--! owner: cadastre_system
-- By what a person can prove again who they are. Nothing for those who sign in elsewhere only: they sign in again.
create or replace function private.proof_kinds(p_user_id uuid)
returns text[]
language sql stable security definer
set search_path = ''
as $$
  select array_remove(array[case when exists (select from private.credentials c where c.user_id = p_user_id) then 'password' end], null)
         || private.factor_kinds(p_user_id)
$$;
comment on function private.proof_kinds(uuid) is
  'How a person can prove who they are: password, totp, passkey, recovery.';
revoke execute on function private.proof_kinds(uuid) from public;
