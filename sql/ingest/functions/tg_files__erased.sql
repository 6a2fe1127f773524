-- The same bytes come again of which lines were erased: they are known by their digest and not loaded, and they must not
-- stay either. The new file points to what is left of the first one, and its own bytes are removed.
create or replace function ingest.tg_files__erased() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  left_of text;
begin
  select f.object_key into left_of from ingest.files f
   where f.org_id = new.org_id and f.id = new.duplicate_of and f.erased_at is not null;
  if left_of is not null then
    insert into private.dead_objects (org_id, object_key) values (new.org_id, new.object_key) on conflict do nothing;
    new.object_key := left_of;
    new.erased_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function ingest.tg_files__erased() is 'Trigger: a duplicate of a file of which lines were erased keeps what is left of that one.';
revoke execute on function ingest.tg_files__erased() from public;
grant execute on function ingest.tg_files__erased() to cadastre_owner;
