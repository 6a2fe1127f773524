-- What a query, model or pipeline makes a dataset's columns from, as lib/lineage tells it. Told again, only differences are
-- written; nothing is forgotten: what ended keeps its time.
create or replace function lineage.record_columns(to_dataset text, mappings jsonb, source text) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  target uuid;
  named jsonb;
  d data.datasets;
begin
  perform core.require('lineage.edit');
  if jsonb_typeof(mappings -> 'columns') is distinct from 'array' or pg_column_size(mappings) > 10000000 then
    perform core.raise('LN002', 'the mappings do not have their shape',
      'Give {"columns": [{"name", "sources": [{"table", "column", "transformations": [{"type", "subtype"}]}]}], "influences": [...], "sql": "..."}.', 'mappings');
  elsif coalesce(source, '') !~ '^[a-z]+(:.+)?$' or length(source) > 1000 or source = 'catalog' then
    perform core.raise('LN002', 'the source is not one', 'Say who tells it, for example pipeline:daily or model:revenue.', 'source');
  elsif coalesce(to_dataset, '') = '' or length(to_dataset) > 500 then
    perform core.raise('LN002', 'the target has no name', 'Name the dataset or model.', 'to_dataset');
  end if;
  select * into d from data.datasets x where x.org_id = private.org_id() and x.name = to_dataset;
  target := lineage.put_node(case when d.id is null then 'model' else 'dataset' end, '', to_dataset, d.id,
    case when mappings ? 'sql' then jsonb_build_object('sql', left(mappings ->> 'sql', 50000), 'sql_source', source) end);
  begin
    with told as (
      select coalesce(c ->> 'name', '') as to_column, s
        from jsonb_array_elements(mappings -> 'columns') c, jsonb_array_elements(c -> 'sources') s
      union all
      select '', s from jsonb_array_elements(coalesce(mappings -> 'influences', '[]')) s
    ), nodes as materialized (
      select t.name, lineage.table_node(t.name) as id from (select distinct s ->> 'table' as name from told) t
    )
    select coalesce(jsonb_agg(jsonb_build_object('from_node', n.id, 'from_column', nullif(told.s ->> 'column', '*'),
             'to_column', told.to_column, 'type', h ->> 'type', 'subtype', coalesce(h ->> 'subtype', 'TRANSFORMATION'))), '[]')
      into named
      from told
      join nodes n on n.name = told.s ->> 'table'
      cross join jsonb_array_elements(told.s -> 'transformations') h;
    return lineage.put_columns(target, source, named);
  exception
    when check_violation or not_null_violation or invalid_parameter_value then
      perform core.raise('LN002', 'a mapping does not have its shape',
        'Each source has table, column and transformations [{type: DIRECT or INDIRECT, subtype}].', 'mappings');
  end;
end
$$;
comment on function lineage.record_columns(text, jsonb, text) is
  'Keeps from which columns a dataset''s columns are made: {columns: [{name, sources: [{table, column, transformations: [{type, subtype}]}]}], influences: [source], sql}. source: pipeline:<name>, model:<name>. Returns how many mappings are in force. Needs lineage.edit. Errors: LN002, LN003.';
grant execute on function lineage.record_columns(text, jsonb, text) to cadastre_user, cadastre_worker;
