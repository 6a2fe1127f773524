-- Profile of the rows in force: one scan of the table for all fields (counts, nulls, bounds, means), one bounded sample for
-- what has to see values side by side (quantiles, top values, shapes), and one more pass for how many different values
-- the few fields have of which the sample cannot tell. A table within the sample's bound is read whole, and everything
-- is exact. Made after a load and not in its transaction.
create or replace function quality.make_profile(p_dataset uuid, p_run uuid default null) returns uuid
language plpgsql security definer
set search_path = ''
set work_mem = '128MB'
set parallel_tuple_cost = 0
set parallel_setup_cost = 0
as $$
declare
  n record;
  began timestamptz := clock_timestamp();
  this uuid := uuidv7();
  total bigint;
  sampled bigint;
  scanned jsonb;
  parts text;
  long_values text;
  names text;
  exact boolean;
  max_exact constant bigint := 50000;
  max_sample constant bigint := 20000;
begin
  perform core.require('quality.execute');
  n := data.dataset_names(p_dataset);
  select string_agg(format('t.%I', f.name), ', ' order by f.position),
         string_agg(quality.scan_part(f.name, f.type, f.position), ', ' order by f.position),
         string_agg(format('(%s, t.%I::text)', f.position, f.name), ', ' order by f.position)
    into names, parts, long_values
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset and f.retired_at is null;
  execute format('select jsonb_build_object(''rows'', count(*), ''fields'', array[%s]::jsonb[]) from %s t', parts, n.current_table) into scanned;
  total := (scanned ->> 'rows')::bigint;
  exact := total <= max_exact;
  drop table if exists pg_temp.cadastre_sample, pg_temp.cadastre_values;
  execute format('create temp table cadastre_sample on commit drop as select %s from %s t %s', names, n.current_table,
    case when not exact then format('tablesample system (%s) limit %s', least(100, round(100.0 * 1.3 * max_sample / total, 4)), max_sample) end);
  get diagnostics sampled = row_count;
  execute format('create temp table cadastre_values on commit drop as
    select x.p, x.v, count(*)::int as n from pg_temp.cadastre_sample t cross join lateral (values %s) x (p, v) where x.v is not null and x.v <> '''' group by 1, 2',
    long_values);
  analyze pg_temp.cadastre_values;
  insert into quality.profiles (org_id, dataset_id, id, run_id, row_count, sampled, millis)
  values (n.org_id, p_dataset, this, p_run, total, sampled, 0);
  perform quality.put_column_profiles(p_dataset, this, scanned, total, sampled, exact,
    case when exact then '{}' else quality.count_distinct(p_dataset, n.current_table, n.key_fields, sampled) end);
  perform quality.measure_drift(p_dataset, this);
  update quality.profiles p
     set millis = (extract(epoch from clock_timestamp() - began) * 1000)::int,
         drift = (select max((c.drift ->> 'value')::numeric) from quality.column_profiles c where c.org_id = p.org_id and c.dataset_id = p.dataset_id and c.profile_id = p.id)
   where p.org_id = n.org_id and p.dataset_id = p_dataset and p.id = this;
  return this;
end
$$;
comment on function quality.make_profile(uuid, uuid) is 'Profiles a dataset''s rows in force; returns the profile''s id. Needs quality.execute. Error DS001.';
grant execute on function quality.make_profile(uuid, uuid) to cadastre_user, cadastre_worker;
