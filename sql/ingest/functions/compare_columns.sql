-- How much columns of a file that are none of the contract's look like fields that the file does not bring, by content:
-- against the same keys' values where the keys are known, and against all of the field's values. Asked on a sample of
-- the file, once its header has changed.
--
-- p_fields: fields looked for; p_keys: fields of the key whose values the sample brings, in the order of k; p_sample:
-- [{k: [text], v: [text]}]. Returns {sampledRows, matchedRows, currentRows, fields: {<field>: {present, columns: [{place,
-- values, readable, compared, equal, distinct, shared}]}}}: place counts v from 0; present: current rows with a value;
-- compared: pairs of the same key where both have a value; shared: distinct values that the field has somewhere.
create or replace function ingest.compare_columns(p_run uuid, p_generation int, p_fields text[], p_keys text[], p_sample jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  dataset uuid;
  n record;
  f data.fields;
  joined text;
  result jsonb := '{}';
  one jsonb;
  total bigint;
  matched bigint;
  max_fields constant int := 100;
  max_values constant int := 100000;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  select d.id into dataset from data.datasets d where d.org_id = run.org_id and d.name = run.dataset_name;
  n := data.dataset_names(dataset);
  -- Rows of the table by the sample's keys; none where the file does not bring the whole key.
  select string_agg(format('t.%I = case when pg_input_is_valid(s.k ->> %s, %L) then (s.k ->> %s)::%s end', x.name, k.place - 1, x.type, k.place - 1, x.type), ' and ')
    into joined
    from unnest(p_keys) with ordinality k (name, place)
    join data.fields x on x.org_id = n.org_id and x.dataset_id = dataset and x.name = k.name
   where p_keys @> n.key_fields and cardinality(n.key_fields) > 0;
  execute format('select count(*) from %s', n.current_table) into total;
  execute format('select count(*) from jsonb_to_recordset($1) s (k jsonb, v jsonb) join %s t on %s', n.current_table, coalesce(joined, 'false'))
    into matched using p_sample;
  for f in select x.* from data.fields x
            where x.org_id = n.org_id and x.dataset_id = dataset and x.name = any (p_fields) and x.retired_at is null
            order by x.position limit max_fields
  loop
    execute format($q$
      with sample as materialized (
        select c.place - 1 as place, c.value, case when pg_input_is_valid(c.value, %1$L) then (c.value::%1$s)::text end as typed, m.found, m.held
          from jsonb_to_recordset($1) s (k jsonb, v jsonb)
          left join lateral (select true as found, t.%2$I::text as held from %3$s t where %4$s limit 1) m on true
          cross join lateral jsonb_array_elements_text(s.v) with ordinality c (value, place)
         where c.value is not null and c.value <> ''
      ), held as materialized (
        select distinct t.%2$I::text as value from (select %2$I from %3$s where %2$I is not null limit %5$s) t
      ), counted as (
        select place, count(*) as values, count(typed) as readable,
               count(*) filter (where found and typed is not null and held is not null) as compared,
               count(*) filter (where found and typed = held) as equal,
               count(distinct typed) as distinct,
               count(distinct typed) filter (where typed in (select h.value from held h)) as shared
          from sample group by place
      )
      select jsonb_build_object('present', (select count(t.%2$I) from %3$s t),
        'columns', coalesce((select jsonb_agg(to_jsonb(c) order by c.place) from counted c), '[]'))
      $q$, f.type, f.name, n.current_table, coalesce(joined, 'false'), max_values) into one using p_sample;
    result := result || jsonb_build_object(f.name, one);
  end loop;
  return jsonb_build_object('sampledRows', jsonb_array_length(p_sample), 'matchedRows', matched, 'currentRows', total, 'fields', result);
end
$$;
comment on function ingest.compare_columns(uuid, int, text[], text[], jsonb) is
  'Likeness by content of unknown columns of a run''s file with fields that it does not bring. Error IN007.';
grant execute on function ingest.compare_columns(uuid, int, text[], text[], jsonb) to cadastre_worker;
