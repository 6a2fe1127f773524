-- Mappings by the names of tables, as lib/lineage tells them, kept by their nodes. A dataset that is not there yet is a model
-- until its first load makes it (lineage.refresh_views). Internal.
create or replace function lineage.put_mappings(p_to text, p_mappings jsonb, p_source text) returns int
language plpgsql
set search_path = ''
as $$
declare
  target uuid;
  named jsonb;
  d data.datasets;
begin
  select * into d from data.datasets x where x.org_id = private.org_id() and x.name = p_to;
  target := lineage.put_node(case when d.id is null then 'model' else 'dataset' end, '', p_to, d.id,
    case when p_mappings ? 'sql' then jsonb_build_object('sql', left(p_mappings ->> 'sql', 50000), 'sql_source', p_source) end);
  begin
    with told as (
      select coalesce(c ->> 'name', '') as to_column, s
        from jsonb_array_elements(p_mappings -> 'columns') c, jsonb_array_elements(c -> 'sources') s
      union all
      select '', s from jsonb_array_elements(coalesce(p_mappings -> 'influences', '[]')) s
    ), nodes as materialized (
      select t.name, lineage.table_node(t.name) as id from (select distinct s ->> 'table' as name from told) t
    )
    select coalesce(jsonb_agg(jsonb_build_object('from_node', n.id, 'from_column', nullif(told.s ->> 'column', '*'),
             'to_column', told.to_column, 'type', h ->> 'type', 'subtype', coalesce(h ->> 'subtype', 'TRANSFORMATION'))), '[]')
      into named
      from told
      join nodes n on n.name = told.s ->> 'table'
      cross join jsonb_array_elements(told.s -> 'transformations') h;
    return lineage.put_columns(target, p_source, named);
  exception
    when check_violation or not_null_violation or invalid_parameter_value then
      perform core.raise('LN002', 'a mapping does not have its shape',
        'Each source has table, column and transformations [{type: DIRECT or INDIRECT, subtype}].', 'mappings');
  end;
end
$$;
comment on function lineage.put_mappings(text, jsonb, text) is
  'Keeps {columns, influences, sql} of a dataset or model as one source tells them; how many are in force. Errors: LN002, LN003. Internal.';
