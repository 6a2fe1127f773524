--! owner: cadastre_system
-- Takes a user out of the organization (the account stays the person's) or deletes a group with its role. False: none
-- of this id here. The gateway's only.
create or replace function private.scim_delete(p_hash bytea, p_kind text, p_id text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  scope record := private.scim_scope(p_hash);
begin
  if private.scim_get(p_hash, p_kind, p_id, true) is null then
    return false;
  end if;
  if p_kind = 'Group' then
    delete from access.org_roles r where r.org_id = scope.org_id and r.key = p_id;
    perform private.close_org_roles(scope.org_id);
    perform private.scim_record(scope.org_id, scope.token_id, 'role.delete', 'role', p_id, '{"by": "scim"}');
    return true;
  end if;
  perform private.remove_sql_login(scope.org_id, p_id::uuid);
  delete from access.memberships m where m.org_id = scope.org_id and m.user_id = p_id::uuid;
  perform private.scim_record(scope.org_id, scope.token_id, 'member.remove', 'user', p_id, '{"by": "scim"}');
  return true;
end
$$;
comment on function private.scim_delete(bytea, text, text) is
  'Removes a SCIM user''s membership, or a group; false: none. Errors: AC005 last owner, AC092 token. The gateway''s only.';
revoke execute on function private.scim_delete(bytea, text, text) from public;
grant execute on function private.scim_delete(bytea, text, text) to cadastre_gateway;
