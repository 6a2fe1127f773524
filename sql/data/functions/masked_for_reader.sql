-- Which of these columns some mask binds for whoever is asking, whatever the row. Internal.
create or replace function data.masked_for_reader(p_dataset uuid, p_columns jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  asked text;
  result jsonb;
begin
  select string_agg(format('case when %s then %L end', m.binds, m.name), ', ' order by m.position) into asked
    from data.masked_fields(p_dataset) m where p_columns ? m.name;
  if asked is null then
    return '[]';
  end if;
  execute format('select to_jsonb(array_remove(array[%s]::text[], null))', asked) into result;
  return result;
end
$$;
comment on function data.masked_for_reader(uuid, jsonb) is 'Columns that are masked for whoever is asking. Internal.';
revoke execute on function data.masked_for_reader(uuid, jsonb) from public;
