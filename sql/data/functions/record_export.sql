-- Rows leave as a file: an event says who took how many rows of which columns, which of them were masked for them, and by
-- which filter (its fields, not its values). Whoever writes such a file calls it first; it refuses whom the permission
-- record.export is missing.
create or replace function data.record_export(dataset_id uuid, row_count bigint, columns text[] default null, filter jsonb default '{}', format text default 'csv')
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
  taken jsonb;
begin
  perform data.require_on('record.export', record_export.dataset_id);
  n := data.dataset_names(record_export.dataset_id);
  select coalesce(jsonb_agg(f.name order by f.position), '[]') into taken
    from data.fields f
   where f.org_id = n.org_id and f.dataset_id = record_export.dataset_id and f.retired_at is null
     and (record_export.columns is null or f.name = any (record_export.columns));
  if record_export.row_count is null or record_export.row_count < 0 or length(coalesce(record_export.filter, '{}')::text) > 20000
     or coalesce(record_export.format, '') !~ '^[a-z][a-z0-9]{1,19}$' then
    perform core.raise('22023', 'rows, filter or format of the export are out of bounds', 'Give the number of rows, a filter of up to 20,000 characters, and a format such as csv.', 'row_count');
  end if;
  perform audit.record('record.export', 'dataset', record_export.dataset_id::text, jsonb_build_object(
    'rows', record_export.row_count, 'columns', taken, 'masked', data.masked_for_reader(record_export.dataset_id, taken),
    'filter', data.filter_shape(coalesce(record_export.filter, '{}')), 'format', record_export.format));
  return true;
end
$$;
comment on function data.record_export(uuid, bigint, text[], jsonb, text) is
  'Records that rows are exported (rows, columns, masked ones, fields of the filter); to be called before the file is written. Needs record.export on the dataset. Errors: 22023, 42501, DS001.';
grant execute on function data.record_export(uuid, bigint, text[], jsonb, text) to cadastre_user, cadastre_worker;
