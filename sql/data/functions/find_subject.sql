-- The rows of one dataset that selections ([{dataset, values}]) are about: {conditions, keys, texts, versions}. In the
-- current table and history, and in p_also, a table of history's shape (an archive's rows), where one is given. Internal.
-- Where not a single row is found, the selections themselves are the conditions: files may still have them.
create or replace function data.find_subject(p_dataset uuid, p_selections jsonb, p_also text) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  matches text;
  key_text text;
  key_typed text;
  fields text;
  columns text;
  found_keys jsonb;
  typed jsonb;
  texts jsonb;
  versions bigint;
  asked jsonb;
  max_rows constant int := 10000;
  max_texts constant int := 1000;
begin
  select string_agg('(' || m.sql || ')', ' or ') into matches
    from jsonb_array_elements(p_selections) s
    cross join lateral (
      select string_agg(format('t.%I = %L::%s', v.key, v.value, coalesce(f.type, case v.key when 'file_id' then 'uuid' else 'bigint' end)), ' and ') as sql
        from jsonb_each_text(s.value -> 'values') v
        left join data.fields f on f.org_id = n.org_id and f.dataset_id = p_dataset and f.name = v.key) m
   where (s.value ->> 'dataset')::uuid = p_dataset;
  select string_agg(format('%L, t.%I::text', k.name, k.name), ', '), string_agg(format('%L, t.%I', k.name, k.name), ', ')
    into key_text, key_typed
    from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k (name);
  select string_agg(format('%L, t.%I::text', f.name, f.name), ', '), string_agg(format('%I', f.name), ', ') || case when n.keyed then '' else ', file_id, source_line' end
    into fields, columns
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;
  execute format($q$
    create temporary table pg_temp_subject on commit drop as
    select jsonb_build_object(%1$s) as k, jsonb_build_object(%2$s) as typed, jsonb_build_object(%3$s) as said
      from (select %4$s from %5$s t where %8$s union all select %4$s from %6$s t where %8$s %7$s) t limit %9$s $q$,
    key_text, key_typed, fields, columns, n.current_table, n.history_table,
    case when p_also is not null then format('union all select %s from %s t where %s', columns, p_also, matches) else '' end,
    matches, max_rows * 10);
  select jsonb_agg(distinct x.k), jsonb_agg(distinct x.typed) into found_keys, typed from pg_temp.pg_temp_subject x;
  if jsonb_array_length(found_keys) > max_rows then
    drop table pg_temp.pg_temp_subject;
    perform core.raise('RT003', format('the description fits more than %s rows', max_rows), 'Describe one person, by a key or by values that nobody else has.', 'subject');
  end if;
  drop table pg_temp.pg_temp_subject;
  -- All versions of those rows, also those that do not say what was asked for.
  if found_keys is not null then
    execute format($q$
      with t as materialized (
        select t.* from (select %1$s from %2$s union all select %1$s from %3$s %4$s) t where jsonb_build_object(%5$s) in (select jsonb_array_elements($1))
      ), said as (
        select v.key, v.value, row_number() over (partition by v.key) as i
          from (select distinct v.key, v.value from t cross join jsonb_each_text(jsonb_build_object(%6$s)) v where v.value is not null) v)
      select (select count(*) from t), (select jsonb_object_agg(x.key, x.list) from (select s.key, jsonb_agg(s.value) as list from said s where s.i <= %7$s group by 1) x) $q$,
      columns, n.current_table, n.history_table, case when p_also is not null then format('union all select %s from %s', columns, p_also) else '' end,
      key_text, fields, max_texts) into versions, texts using found_keys;
  end if;
  asked := (
    select jsonb_agg(c.typed)
      from jsonb_array_elements(p_selections) s
      cross join lateral (
        select jsonb_object_agg(v.key, data.typed_value(v.value, f.type)) as typed
          from jsonb_each_text(s.value -> 'values') v
          join data.fields f on f.org_id = n.org_id and f.dataset_id = p_dataset and f.name = v.key) c
     where (s.value ->> 'dataset')::uuid = p_dataset and c.typed is not null);
  return jsonb_build_object(
    'keys', coalesce(found_keys, '[]'), 'versions', coalesce(versions, 0), 'texts', coalesce(texts, '{}'),
    'conditions', coalesce(asked, '[]') || case when n.keyed then coalesce(typed, '[]') else '[]' end);
end
$$;
comment on function data.find_subject(uuid, jsonb, text) is 'Rows of a dataset that a person''s description is about, and how to know them elsewhere. Error RT003. Internal.';
revoke execute on function data.find_subject(uuid, jsonb, text) from public;
