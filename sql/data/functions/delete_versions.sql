-- Deletes the versions in pg_temp.cadastre_leaving (of history's shape) from history; nobody else has the right, so the
-- refusal and the missing right are lifted for this statement. How many went must be how many there are: an erasure may
-- have been quicker. The lock on the table is not waited for longer than a moment: whoever waits for it lets nobody past.
-- Internal. Errors: RT007, 55P03.
create or replace function data.delete_versions(p_dataset uuid) returns bigint
language plpgsql
set search_path = '' set lock_timeout = '2s'
as $$
declare
  n record := data.dataset_names(p_dataset);
  same text;
  gone bigint;
  expected bigint;
begin
  select string_agg(format('t.%1$I = l.%1$I', k), ' and ') into same from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k;
  execute format('alter table %1$s disable trigger history__refuse;
                  create policy erase on %1$s for delete to cadastre_owner using ((select private.org_id()) = %2$L::uuid)', n.history_table, n.org_id);
  execute format('delete from %s t using pg_temp.cadastre_leaving l where t.version = l.version and %s', n.history_table, same);
  get diagnostics gone = row_count;
  execute format('drop policy erase on %1$s; alter table %1$s enable always trigger history__refuse', n.history_table);
  execute 'select count(*) from pg_temp.cadastre_leaving' into expected;
  if gone <> expected then
    perform core.raise('RT007', 'versions have gone meanwhile', 'Nothing was changed; it is tried again.');
  end if;
  return gone;
end
$$;
comment on function data.delete_versions(uuid) is 'Deletes named versions from history. Internal. Error RT007.';
revoke execute on function data.delete_versions(uuid) from public;
