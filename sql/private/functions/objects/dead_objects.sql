--! owner: cadastre_system
-- Objects that nothing refers to any more, oldest first; the worker removes each and then says so.
create or replace function private.dead_objects(p_limit int) returns setof private.dead_objects
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('platform.manage');
  return query select x.* from private.dead_objects x where x.since <= clock_timestamp() order by x.since limit p_limit;
end
$$;
comment on function private.dead_objects(int) is 'Objects to remove from the store. Needs platform.manage.';
revoke execute on function private.dead_objects(int) from public;
grant execute on function private.dead_objects(int) to cadastre_worker;
