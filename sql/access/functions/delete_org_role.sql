-- Deletes an own role: whoever has it, by membership, inheritance or grant, has it no more from the next statement on.
create or replace function access.delete_org_role(key text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
begin
  perform core.require('role.delete');
  perform private.lock_access(org);
  perform private.check_org_role(delete_org_role.key);
  delete from access.org_roles r where r.org_id = org and r.key = delete_org_role.key;
  perform private.close_org_roles(org);
  perform audit.record('role.delete', 'role', delete_org_role.key, '{}');
  return true;
end
$$;
comment on function access.delete_org_role(text) is
  'Deletes an own role, with its grants. Needs role.delete and every permission in it. Errors: AC021 not there.';
grant execute on function access.delete_org_role(text) to cadastre_user, cadastre_worker;
