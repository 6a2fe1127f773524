-- The row filters of a store table, as restrictive policies, one each: all that bind the same person must be met. On the
-- current table they bind whatever is done, by whoever does it; on history what people read. A row that is added by hand
-- is numbered after the tombstone of its key, whoever may see that.
create or replace function data.apply_filters(p_dataset uuid, p_table text, p_history boolean) returns void
language plpgsql
set search_path = ''
as $$
declare
  p access.policies;
begin
  perform data.drop_filters(p_table);
  for p in select * from data.policies_of(p_dataset, 'row_filter') loop
    execute format('create policy %I on %s as restrictive for %s using (%s is false or (%s))',
      'filter_' || p.id, p_table, case when p_history then 'select to cadastre_views' else 'all' end, private.binds_sql(p),
      private.compile_condition(p.condition, p_dataset));
  end loop;
end
$$;
comment on function data.apply_filters(uuid, text, boolean) is 'Generates the row filters of a store table from the policies that are about its dataset.';
