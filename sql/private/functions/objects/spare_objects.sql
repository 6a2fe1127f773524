-- Objects that something refers to from now on. Internal.
create or replace function private.spare_objects(p_keys text[]) returns void
language sql
set search_path = ''
as $$ delete from private.dead_objects x where x.org_id = private.org_id() and x.object_key = any (p_keys) $$;
comment on function private.spare_objects(text[]) is 'Takes objects out of those that are to be removed. Internal.';
