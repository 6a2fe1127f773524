-- An object that is about to be written and that nothing refers to yet: it goes by itself after a while, also where whoever
-- writes it dies, unless it is spared before (private.spare_objects).
create or replace function private.doom_object(p_key text) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('pipeline.execute');
  insert into private.dead_objects (org_id, object_key, since) values (private.org_id(), p_key, clock_timestamp() + interval '1 hour')
  on conflict do nothing;
end
$$;
comment on function private.doom_object(text) is 'Lets an object that is being written go in an hour unless it is spared. For the worker.';
revoke execute on function private.doom_object(text) from public;
grant execute on function private.doom_object(text) to cadastre_worker;
