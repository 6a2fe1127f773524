--! owner: cadastre_system
-- Leaves in the tree of whose trail is asked for. Needs audit.export, or platform.security without an organization.
create or replace function audit.sealed_size() returns bigint
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := audit.trail_of();
begin
  return (select coalesce(max(l.position) + 1, 0) from audit.leaves l where l.org_id = org);
end
$$;
comment on function audit.sealed_size() is 'Leaves in the tree. Needs audit.export; without an organization the platform''s, with platform.security.';
revoke execute on function audit.sealed_size() from public;
grant execute on function audit.sealed_size() to cadastre_worker;
