-- Statistics of each field from the scan and from the sample's values (pg_temp.cadastre_values: field's position, value,
-- how often). Internal.
create or replace function quality.put_column_profiles(p_dataset uuid, p_profile uuid, p_scanned jsonb, p_total bigint, p_sampled bigint,
                                                       p_exact boolean, p_distinct jsonb) returns void
language sql
set search_path = ''
set work_mem = '128MB'
as $$
  with f as materialized (
    select f.name, f.position, f.type, (select x - 0 from jsonb_array_elements(p_scanned -> 'fields') x where (x ->> 0)::int = f.position) as s,
           case when f.type ~ '^(integer|bigint|numeric)' then 'number' when f.type in ('date', 'timestamptz') then 'moment' else 'text' end as family
      from data.fields f where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.retired_at is null
  ), counts as materialized (
    select v.p, count(*) as d, coalesce(sum(v.n) filter (where v.n = 1), 0) as once, sum(v.n) as n from pg_temp.cadastre_values v group by v.p
  ), ranked as (
    select v.p, v.v, v.n, row_number() over (partition by v.p order by v.n desc, v.v) as place from pg_temp.cadastre_values v
  ), top as (
    select r.p, jsonb_agg(jsonb_build_array(left(r.v, 200), r.n) order by r.place) filter (where r.place <= 20) as list from ranked r where r.place <= 20 group by r.p
  ), looked as materialized (
    -- Shapes cost most, so of many different values only so many are looked at.
    select r.p, r.v, r.n from ranked r join f on f.position = r.p where f.type = 'text' and r.place <= case when p_exact then 50000 else 2000 end
  ), shapes as (
    select s.p, jsonb_agg(jsonb_build_array(s.shape, s.n) order by s.n desc, s.shape) filter (where s.place <= 20) as list
      from (select x.*, row_number() over (partition by x.p order by x.n desc, x.shape) as place
              from (select l.p, quality.shape_of(l.v) as shape, sum(l.n) as n from looked l group by 1, 2) x) s group by s.p
  ), seen as (
    select x.p, jsonb_object_agg(x.kind, x.n) as list
      from (select l.p, case when l.v ~ '^[+-]?[0-9]{1,18}$' then 'integer' when l.v ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$' then 'numeric'
                     when l.v ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and pg_input_is_valid(l.v, 'date') then 'date'
                     when l.v ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:' and pg_input_is_valid(l.v, 'timestamptz') then 'timestamptz'
                     when lower(l.v) in ('true', 'false') then 'boolean' else 'text' end as kind, sum(l.n) as n
              from looked l group by 1, 2) x group by x.p
  ), numbers as materialized (
    select v.p, case f.family when 'number' then v.v::float8 else extract(epoch from v.v::timestamptz)::float8 end as x, v.n
      from pg_temp.cadastre_values v join f on f.position = v.p
     where f.family = 'number' and v.v not in ('NaN', 'Infinity', '-Infinity') or f.family = 'moment' and v.v not in ('infinity', '-infinity')
  ), running as materialized (
    select p, x, n, sum(n) over (partition by p order by x) as upto, sum(n) over (partition by p) as n_all,
           min(x) over (partition by p) as lowest, max(x) over (partition by p) as highest from numbers
  ), quantiles as (
    select q.p, jsonb_agg(q.x order by q.step) as list
      from (select r.p, g.step, min(r.x) as x from running r cross join generate_series(0, 20) g (step)
             where r.upto >= g.step * r.n_all / 20.0 group by 1, 2) q group by q.p
  ), bins as (
    select b.p, jsonb_build_object('low', min(b.lowest), 'high', max(b.highest), 'counts', (
             select jsonb_agg(coalesce(c.n, 0) order by g.bin) from generate_series(1, 20) g (bin)
               left join (select least(20, width_bucket(x.x, x.lowest, nullif(x.highest, x.lowest), 20)) as bin, sum(x.n) as n from running x where x.p = b.p group by 1) c on c.bin = g.bin)) as list
      from (select distinct p, lowest, highest from running where highest > lowest) b group by b.p
  )
  insert into quality.column_profiles (org_id, dataset_id, profile_id, field_name, position, type, row_count, nulls, empties, distinct_count, distinct_exact,
    unseen_share, minimum, maximum, mean, deviation, shortest, longest, quantiles, top_values, shapes, types_seen, histogram)
  select private.org_id(), p_dataset, p_profile, f.name, f.position, f.type, p_total, p_total - (f.s ->> 0)::bigint, (f.s ->> 1)::bigint,
         case when p_exact then coalesce(c.d, 0)
              when p_distinct ? f.position::text then least((p_distinct ->> f.position::text)::bigint, (f.s ->> 0)::bigint)
              when c.once >= c.n and c.n > 0 then (f.s ->> 0)::bigint
              else coalesce(c.d, 0) end, p_exact,
         coalesce(round(c.once::numeric / nullif(c.n, 0), 6), 1),
         f.s ->> 2, f.s ->> 3, (f.s ->> 4)::numeric, (f.s ->> 5)::numeric, (f.s ->> 6)::int, (f.s ->> 7)::int,
         q.list, coalesce(t.list, '[]'), coalesce(sh.list, '[]'), coalesce(se.list, '{}'), b.list
    from f
    left join counts c on c.p = f.position
    left join top t on t.p = f.position
    left join shapes sh on sh.p = f.position
    left join seen se on se.p = f.position
    left join quantiles q on q.p = f.position
    left join bins b on b.p = f.position
$$;
comment on function quality.put_column_profiles(uuid, uuid, jsonb, bigint, bigint, boolean, jsonb) is 'Writes a profile''s fields. Internal.';
