-- Makes a bare store table the real thing: key, boundary, policies, version triggers, grants. The key comes after the
-- rows: building the index once is cheaper than keeping it during the load. It does not begin with org_id: the table is
-- one organization's, and a constant in front would keep the index from giving rows in key order.
create or replace function data.secure_store_table(p_dataset uuid, p_table name) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
  target text;
  key_columns text;
begin
  n := data.dataset_names(p_dataset);
  target := format('%s.%I', n.store_schema, p_table);
  if n.keyed then
    select string_agg(format('%I', k.name), ', ' order by k.ordinality) into key_columns
      from unnest(n.key_fields) with ordinality k (name, ordinality);
  else
    key_columns := 'file_id, source_line';
  end if;
  execute format('alter table %s add primary key (%s), add check (org_id = %L::uuid)', target, key_columns, n.org_id);
  perform data.store_policies(target, n.org_id, p_dataset, false);
  execute format('grant select on %s to cadastre_views', target);
  perform data.make_triggers(p_dataset, target);
end
$$;
comment on function data.secure_store_table(uuid, name) is
  'Adds key, organization check, policies, triggers and grants to a bare store table.';
revoke execute on function data.secure_store_table(uuid, name) from public;
