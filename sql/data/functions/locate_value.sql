-- Where a dataset has a value, field by field: what somebody who was asked to erase a person begins with, knowing an
-- address or a number and not the fields that hold it. The rows in force and history are read once each. Row filters and
-- masks do not bind it, as they do not bind an erasure: it asks for what an erasure asks for, tells numbers alone, and is
-- told by the trail, without the value.
create or replace function data.locate_value(dataset_id uuid, value text) returns jsonb
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  n record;
  f record;
  asked text := trim(locate_value.value);
  typed text;
  fields jsonb := '[]';
  counts text[] := '{}';
  current_counts bigint[];
  history_counts bigint[];
  found jsonb;
  -- A document or list is never a person's one value, a boolean never tells one from another.
  silent constant text[] := '{jsonb,text[],boolean}';
begin
  perform core.require('compliance.delete');
  perform data.require_on('record.delete', locate_value.dataset_id);
  if coalesce(length(asked), 0) not between 1 and 500 then
    perform core.raise('22023', 'there is nothing to look for', 'Give a value of 1 to 500 characters: an address, a number, a name.', 'value');
  end if;
  n := data.dataset_names(locate_value.dataset_id);
  for f in select x.name, x.type from data.fields x
            where x.org_id = n.org_id and x.dataset_id = locate_value.dataset_id and x.retired_at is null and x.type <> all (silent)
            order by x.position loop
    typed := data.typed_text(asked, f.type);
    if typed is not null then
      fields := fields || jsonb_build_array(jsonb_build_object('field', f.name, 'isKey', f.name = any (n.key_fields)));
      counts := counts || format('count(*) filter (where t.%I = %L::%s)', f.name, typed, f.type);
    end if;
  end loop;
  if cardinality(counts) > 0 then
    execute format('select array[%s] from %s t', array_to_string(counts, ', '), n.current_table) into current_counts;
    execute format('select array[%s] from %s t', array_to_string(counts, ', '), n.history_table) into history_counts;
  end if;
  select coalesce(jsonb_agg(x.value || jsonb_build_object('rows', current_counts[x.i], 'versions', history_counts[x.i]) order by x.i), '[]')
    into found
    from jsonb_array_elements(fields) with ordinality x (value, i)
   where current_counts[x.i] + history_counts[x.i] > 0;
  perform audit.record('erasure.locate', 'dataset', locate_value.dataset_id::text,
    jsonb_build_object('fields', jsonb_array_length(fields), 'found', (select coalesce(jsonb_agg(x.value -> 'field'), '[]') from jsonb_array_elements(found) x)));
  return found;
end
$$;
comment on function data.locate_value(uuid, text) is
  'Where a dataset has a value: [{field, isKey, rows (in force), versions (in history)}], fields without it left out. Archives and files are looked through by an erasure''s search. Needs compliance.delete, and record.delete on the dataset. Errors: 22023, DS001.';
grant execute on function data.locate_value(uuid, text) to cadastre_user, cadastre_worker;
