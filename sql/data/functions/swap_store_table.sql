-- Puts a filled and secured table in the place of the dataset's empty one: the view is replaced over it and keeps its
-- identity, the empty table goes, the new one takes its name. Refused when the present table has rows.
create or replace function data.swap_store_table(p_dataset uuid, p_table name) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
  filled boolean;
  old_name name;
begin
  n := data.dataset_names(p_dataset);
  old_name := n.name;
  execute format('lock table %s in access exclusive mode', n.current_table);
  execute format('select exists (select from %s)', n.current_table) into filled;
  if filled then
    perform core.raise('DS010', 'the dataset has rows already', 'Load again: the rows are merged instead.');
  end if;
  execute format('alter table %s rename to %I', n.current_table, old_name || '__empty');
  execute format('alter table %s.%I rename to %I', n.store_schema, p_table, old_name);
  perform data.make_views(p_dataset, true);
  execute format('drop table %s.%I', n.store_schema, old_name || '__empty');
  -- The key's index was named after the hidden table.
  execute format('alter table %s rename constraint %I to %I', n.current_table,
    (select conname from pg_catalog.pg_constraint where conrelid = n.current_table::regclass and contype = 'p'),
    left(old_name, 58) || '_pkey');
end
$$;
comment on function data.swap_store_table(uuid, name) is 'Puts a loaded table in the place of a dataset''s empty one. Error DS010: it is not empty.';
revoke execute on function data.swap_store_table(uuid, name) from public;
