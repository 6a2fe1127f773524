--! owner: cadastre_system
-- Keeps the same password under a hash of today's parameters, when it was just verified under older ones. Compared with
-- the old hash, so that a change of password in between wins.
create or replace function private.store_password(p_user_id uuid, p_old_hash text, p_new_hash text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  update private.credentials c set password_hash = p_new_hash
   where c.user_id = p_user_id and c.password_hash = p_old_hash;
  return found;
end
$$;
comment on function private.store_password(uuid, text, text) is
  'Replaces a hash by one of the same password. The gateways only.';
revoke execute on function private.store_password(uuid, text, text) from public;
grant execute on function private.store_password(uuid, text, text) to cadastre_gateway;
