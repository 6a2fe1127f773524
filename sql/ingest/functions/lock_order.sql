-- One at a time decides what comes next in a dataset's order of files, until the transaction ends. Internal.
create or replace function ingest.lock_order(p_org uuid, p_dataset text) returns void
language sql
set search_path = ''
as $$ select pg_advisory_xact_lock(hashtextextended(p_org::text || p_dataset, 7203944)) $$;
comment on function ingest.lock_order(uuid, text) is 'Locks a dataset''s order of files for the transaction. Internal.';
grant execute on function ingest.lock_order(uuid, text) to cadastre_system;
