--! owner: cadastre_system
-- May whoever is asking do this? The one place that decides, for GraphQL, the back office and psql alike.
-- Services may do everything within the organization that their claim names; without one, only platform.*.
-- Operators may do platform.* and nothing inside organizations.
create or replace function private.has_permission(permission text) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
declare
  who record;
begin
  who := private.identity();
  return case who.kind
    when 'service' then (who.org_id is null) = (permission like 'platform.%')
    when 'operator' then permission like 'platform.%'
    else coalesce((select true from private.role_closure c
                    where c.role_key = who.role_key and c.permission = has_permission.permission), false)
  end;
end
$$;
comment on function private.has_permission(text) is
  'True when whoever is asking holds the permission (group.action) in their organization.';
grant execute on function private.has_permission(text) to public;
