--! owner: cadastre_system
-- One user or group; null: none in this organization. p_lock holds it for a change within the same transaction, so that
-- two changes at once take turns. The gateway's only.
create or replace function private.scim_get(p_hash bytea, p_kind text, p_id text, p_lock boolean default false) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  scope record := private.scim_scope(p_hash);
  wanted uuid;
begin
  if p_kind = 'Group' then
    if p_lock then
      -- First what scim_put_group locks first.
      perform private.lock_access(scope.org_id);
      perform 1 from access.org_roles r where r.org_id = scope.org_id and r.key = p_id for update;
    end if;
    return (select g.resource from private.scim_group_rows(scope.org_id, coalesce(p_id, '')) g);
  end if;
  if p_id !~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then
    return null;
  end if;
  wanted := p_id::uuid;
  if p_lock then
    perform 1 from access.memberships m where m.org_id = scope.org_id and m.user_id = wanted for update;
  end if;
  return (select u.resource from private.scim_user_rows(scope.org_id, wanted) u);
end
$$;
comment on function private.scim_get(bytea, text, text, boolean) is 'One SCIM resource; null: none. Errors: AC092. The gateway''s only.';
revoke execute on function private.scim_get(bytea, text, text, boolean) from public;
grant execute on function private.scim_get(bytea, text, text, boolean) to cadastre_gateway;
