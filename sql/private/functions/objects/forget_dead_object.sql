--! owner: cadastre_system
-- An object was removed from the store.
create or replace function private.forget_dead_object(p_org uuid, p_key text) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('platform.manage');
  delete from private.dead_objects x where x.org_id = p_org and x.object_key = p_key;
end
$$;
comment on function private.forget_dead_object(uuid, text) is 'Says that an object was removed. Needs platform.manage.';
revoke execute on function private.forget_dead_object(uuid, text) from public;
grant execute on function private.forget_dead_object(uuid, text) to cadastre_worker;
