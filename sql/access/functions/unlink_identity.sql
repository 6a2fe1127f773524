--! owner: cadastre_system
-- Takes a provider away from one's account, as long as another way to sign in is left: a password, a passkey or another
-- provider that is on. Only one's own, and not while looking as somebody else.
create or replace function access.unlink_identity(p_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  gone access.linked_identities;
begin
  -- One's own account needs no permission, only to be oneself.
  if who.user_id is null or who.kind not in ('user', 'operator') or who.read_only then
    perform core.raise('42501', 'a provider is taken away by people who are signed in as themselves', 'Sign in first.');
  end if;
  -- The lock on the account makes two of these at the same moment take turns.
  perform 1 from access.users u where u.id = who.user_id for update;
  delete from access.linked_identities l where l.id = p_id and l.user_id = who.user_id returning * into gone;
  if gone.id is null then
    return false;
  end if;
  if not exists (select from private.credentials c where c.user_id = who.user_id)
     and not exists (select from private.passkeys k where k.user_id = who.user_id)
     and not exists (select from access.linked_identities l
                       join access.identity_providers p on p.id = l.provider_id and p.enabled
                      where l.user_id = who.user_id) then
    perform core.raise('AC084', 'this is your only way to sign in', 'Set a password or add a passkey first.', 'id');
  end if;
  perform private.record_sign_in(who.user_id, who.org_id, 'identity.unlink', gone.provider_id::text, '{}');
  return true;
end
$$;
comment on function access.unlink_identity(uuid) is
  'Takes an identity provider away from your account; false when it is not yours. Errors: AC084 your only way to sign in.';
revoke execute on function access.unlink_identity(uuid) from public;
grant execute on function access.unlink_identity(uuid) to cadastre_user;
