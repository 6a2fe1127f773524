-- Profile of the rows in force: one bounded sample of rows for what has to see values side by side (quantiles, means, top
-- values, shapes, lengths, bounds of texts), and one scan of the table for all fields (counts, nulls, bounds, and how many different values the
-- fields have of which the sample cannot tell). A table within the sample's bound is read whole, and everything is exact.
-- Made after a load and not in its transaction.
create or replace function quality.make_profile(p_dataset uuid, p_run uuid default null, p_sample int default 5000) returns uuid
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
  scan text;
  parts text;
  long_values text;
  names text;
  exact boolean;
  max_exact constant bigint := 50000;
  max_sample constant bigint := least(greatest(p_sample, 100), max_exact);
begin
  perform core.require('quality.execute');
  n := data.dataset_names(p_dataset);
  select string_agg(format('t.%I', f.name), ', ' order by f.position),
         string_agg(format('(%s, t.%I::text)', f.position, f.name), ', ' order by f.position)
    into names, long_values
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset and f.retired_at is null;
  drop table if exists pg_temp.cadastre_sample, pg_temp.cadastre_values;
  select d.row_count into total from data.datasets d where d.org_id = n.org_id and d.id = p_dataset;
  exact := total <= max_exact;
  execute format('create temp table cadastre_sample on commit drop as select %s from %s t %s limit %s', names, n.current_table,
    case when not exact then format('tablesample system (%s)', least(100, round(100.0 * max_sample / total, 4))) end,
    case when exact then max_exact + 1 else max_sample * 2 end);
  get diagnostics sampled = row_count;
  -- Edits by hand are not counted in the dataset's own number.
  exact := exact and sampled <= max_exact;
  execute format('create temp table cadastre_values on commit drop as
    select x.p, x.v, count(*)::int as n from pg_temp.cadastre_sample t cross join lateral (values %s) x (p, v) where x.v is not null and x.v <> '''' group by 1, 2',
    long_values);
  analyze pg_temp.cadastre_values;
  select string_agg(p.scan, ', ' order by f.position), string_agg(p.told, ', ' order by f.position) into scan, parts
    from data.fields f
    left join (select v.p, count(*) as d, count(*) filter (where v.n = 1) as once, sum(v.n) as n from pg_temp.cadastre_values v group by v.p) s on s.p = f.position
   cross join lateral quality.scan_part(f.name, f.type, f.position, not exact and coalesce(s.once > 0.05 * s.d and s.d > 100 and s.once < s.n, false)) p
   where f.org_id = n.org_id and f.dataset_id = p_dataset and f.retired_at is null;
  execute format('select jsonb_build_object(''rows'', x.rows, ''fields'', array[%s]::jsonb[]) from (select count(*) as rows, %s from %s t) x',
    parts, scan, n.current_table) into scanned;
  total := (scanned ->> 'rows')::bigint;
  insert into quality.profiles (org_id, dataset_id, id, run_id, row_count, sampled, millis)
  values (n.org_id, p_dataset, this, p_run, total, sampled, 0);
  perform quality.put_column_profiles(p_dataset, this, scanned, total, exact);
  perform quality.measure_drift(p_dataset, this);
  update quality.profiles p
     set millis = (extract(epoch from clock_timestamp() - began) * 1000)::int,
         drift = (select max((c.drift ->> 'value')::numeric) from quality.column_profiles c where c.org_id = p.org_id and c.dataset_id = p.dataset_id and c.profile_id = p.id)
   where p.org_id = n.org_id and p.dataset_id = p_dataset and p.id = this;
  return this;
end
$$;
comment on function quality.make_profile(uuid, uuid, int) is 'Profiles a dataset''s rows in force; returns the profile''s id. A large dataset is sampled: so many rows, at most 50,000. Needs quality.execute. Error DS001.';
grant execute on function quality.make_profile(uuid, uuid, int) to cadastre_user, cadastre_worker;
