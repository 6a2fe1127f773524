--! owner: cadastre_system
-- An archive's file goes with its row, after the commit: the worker's sweep removes it.
create or replace function data.tg_archives__forget_object() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into private.dead_objects (org_id, object_key) values (old.org_id, old.object_key) on conflict do nothing;
  return null;
end
$$;
comment on function data.tg_archives__forget_object() is 'Trigger: the file of an archive that is gone is to be removed.';
revoke execute on function data.tg_archives__forget_object() from public;
grant execute on function data.tg_archives__forget_object() to cadastre_owner;
