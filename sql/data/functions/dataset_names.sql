-- Where a dataset's generated objects are: quoted names for DDL and dynamic queries. Row-level security decides which
-- datasets the caller can name at all.
create or replace function data.dataset_names(
  p_dataset uuid,
  out org_id uuid, out slug text, out name text, out key_fields text[], out keyed boolean,
  out store_schema text, out org_schema text,
  out current_table text, out history_table text, out current_view text, out history_view text, out as_of_function text
) returns record
language plpgsql stable
set search_path = ''
as $$
begin
  select d.org_id, o.slug, d.name, d.key_fields, cardinality(d.key_fields) > 0,
         format('%I', 'store_' || o.schema_key), format('%I', 'org_' || o.schema_key),
         format('%I.%I', 'store_' || o.schema_key, d.name), format('%I.%I', 'store_' || o.schema_key, d.name || '_history'),
         format('%I.%I', 'org_' || o.schema_key, d.name), format('%I.%I', 'org_' || o.schema_key, d.name || '_history'),
         format('%I.%I', 'org_' || o.schema_key, d.name || '_as_of')
    into dataset_names.org_id, dataset_names.slug, dataset_names.name, dataset_names.key_fields, dataset_names.keyed,
         dataset_names.store_schema, dataset_names.org_schema, dataset_names.current_table, dataset_names.history_table,
         dataset_names.current_view, dataset_names.history_view, dataset_names.as_of_function
    from data.datasets d
    join tenancy.organizations o on o.id = d.org_id
   where d.org_id = private.org_id() and d.id = p_dataset;
  if not found then
    perform core.raise('DS001', 'no such dataset', 'Check the dataset''s id or name; you see only your organization''s.');
  end if;
end
$$;
comment on function data.dataset_names(uuid) is 'Quoted names of a dataset''s tables, views and function. Error DS001: no such dataset.';
revoke execute on function data.dataset_names(uuid) from public;
grant execute on function data.dataset_names(uuid) to cadastre_worker;
