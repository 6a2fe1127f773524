-- A bare table of a dataset's shape: no key, no policy, no trigger. For a first load that fills it before it is
-- secured and swapped in (docs/explanation/decisions/0002). Until then only the owner reaches it.
create or replace function data.create_store_table(p_dataset uuid, p_table name) returns regclass
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
  columns text;
  target text;
begin
  n := data.dataset_names(p_dataset);
  target := format('%s.%I', n.store_schema, p_table);
  select string_agg(format('%I %s', f.name, f.type), ', ' order by f.position) into columns
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;
  -- fillfactor 90: nine of ten updates stay on their page and touch no index.
  execute format(
    'create table %s (
       org_id uuid not null default %L, %s,
       file_id uuid, version int not null default 1, change_type text not null default ''insert'',
       change_mask bit varying, valid_from timestamptz not null default now(), changed_by uuid, run_id uuid,
       source_line bigint, change_reason text, data_hash bytea generated always as (%s) virtual
     ) with (fillfactor = 90)',
    target, n.org_id, columns, data.hash_expression(p_dataset));
  execute format('revoke all on %s from public', target);
  return to_regclass(target);
end
$$;
comment on function data.create_store_table(uuid, name) is
  'Makes a bare, unsecured table of a dataset''s shape in the organization''s store schema.';
revoke execute on function data.create_store_table(uuid, name) from public;
