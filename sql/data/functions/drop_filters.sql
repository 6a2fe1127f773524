-- Takes the row filters off a store table, before its columns change or new ones take their place: in one transaction, under
-- the table's lock, so nobody sees it without.
create or replace function data.drop_filters(p_table text) returns void
language plpgsql
set search_path = ''
as $$
declare
  filter name;
begin
  for filter in select polname from pg_catalog.pg_policy where polrelid = p_table::regclass and polname like 'filter\_%' loop
    execute format('drop policy %I on %s', filter, p_table);
  end loop;
end
$$;
comment on function data.drop_filters(text) is 'Removes the generated row filters of a store table.';
