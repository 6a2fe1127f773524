-- How landing tables are made. Unlogged where they are large and live over several transactions: a file is read again when
-- they are lost. Of a batch of events they are small and gone before its only transaction ends: logged, since to make an
-- unlogged table (and its values' side table, and that one's index) is to wait for the disk, some 15 times a batch. Internal.
create or replace function ingest.landing_kind() returns text
language sql stable
set search_path = ''
as $$ select case when current_setting('cadastre.landing', true) = 'batch' then '' else 'unlogged' end $$;
comment on function ingest.landing_kind() is 'unlogged, or nothing within a batch of events. Internal.';
