--! owner: cadastre_system
-- May whoever is asking do this in their organization? For GraphQL, the back office and psql alike.
create or replace function private.has_permission(permission text) returns boolean
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record := private.identity();
begin
  return who.kind is not null
     and private.permits(who.kind, who.org_id, who.user_id, who.role_key, who.session_id, who.actor_id, who.read_only, permission);
end
$$;
comment on function private.has_permission(text) is
  'True when whoever is asking holds the permission (group.action) in their organization.';
grant execute on function private.has_permission(text) to public;
