-- The temporary table that data.stage_archived has filled for a dataset in this transaction; null where there is none.
create or replace function data.staged_archives(p_dataset uuid) returns text
language sql stable
set search_path = ''
as $$ select to_regclass('pg_temp.archived_' || replace(p_dataset::text, '-', ''))::text $$;
comment on function data.staged_archives(uuid) is 'Name of the temporary table of a dataset''s archived rows, or null. Internal.';
revoke execute on function data.staged_archives(uuid) from public;
