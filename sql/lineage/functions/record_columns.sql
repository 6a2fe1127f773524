-- What a query, model or pipeline makes a dataset's columns from, as lib/lineage tells it. Told again, only differences are
-- written; nothing is forgotten: what ended keeps its time.
create or replace function lineage.record_columns(to_dataset text, mappings jsonb, source text) returns int
language plpgsql security definer
set search_path = ''
as $$
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
  return lineage.put_mappings(record_columns.to_dataset, record_columns.mappings, record_columns.source);
end
$$;
comment on function lineage.record_columns(text, jsonb, text) is
  'Keeps from which columns a dataset''s columns are made: {columns: [{name, sources: [{table, column, transformations: [{type, subtype}]}]}], influences: [source], sql}. source: pipeline:<name>, model:<name>. Returns how many mappings are in force. Needs lineage.edit. Errors: LN002, LN003.';
grant execute on function lineage.record_columns(text, jsonb, text) to cadastre_user, cadastre_worker;
