--! owner: cadastre_system
-- One change at a time to an organization's owners and own roles: two owners who leave at once, two parents that would
-- make a circle. Whoever comes second reads what the first has written.
create or replace function private.lock_access(p_org uuid) returns void
language sql security definer
set search_path = ''
as $$ select 1 from access.org_security s where s.org_id = p_org for no key update $$;
comment on function private.lock_access(uuid) is 'Waits for other changes of the organization''s owners and roles, until the transaction ends.';
revoke execute on function private.lock_access(uuid) from public;
grant execute on function private.lock_access(uuid) to cadastre_owner;
