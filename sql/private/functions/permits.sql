--! owner: cadastre_system
-- What an identity may do, the one place that decides. Services may do everything within the organization that their
-- claim names, and without one only platform.*; operators may do platform.* and nothing inside organizations; members
-- what their role holds.
create or replace function private.permits(kind text, org_id uuid, role_key text, permission text) returns boolean
language sql stable parallel safe
set search_path = ''
as $$
  select case kind
    when 'service' then (org_id is null) = (permission like 'platform.%')
    when 'operator' then permission like 'platform.%'
    else exists (select from private.role_closure c where c.role_key = permits.role_key and c.permission = permits.permission)
  end
$$;
comment on function private.permits(text, uuid, text, text) is 'Whether an identity (kind, organization, role) holds a permission.';
