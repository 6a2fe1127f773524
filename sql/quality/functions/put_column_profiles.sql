-- Statistics of each field from the scan and from the sample's values (pg_temp.cadastre_values: field's position, value,
-- how often). Internal.
create or replace function quality.put_column_profiles(p_dataset uuid, p_profile uuid, p_scanned jsonb, p_total bigint, p_exact boolean) returns void
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
  ), ranked as materialized (
    select v.p, v.v, v.n, row_number() over (partition by v.p order by v.n desc, v.v) as place from pg_temp.cadastre_values v
  ), top as materialized (
    select r.p, jsonb_agg(jsonb_build_array(left(r.v, 200), r.n) order by r.place) filter (where r.place <= 20) as list from ranked r where r.place <= 20 group by r.p
  ), looked as materialized (
    -- Shapes cost most, so of many different values only so many are looked at.
    select r.p, r.v, r.n from ranked r join f on f.position = r.p where f.type = 'text' and r.place <= case when p_exact then 50000 else 1000 end
  ), shapes as materialized (
    select s.p, jsonb_agg(jsonb_build_array(s.shape, s.n) order by s.n desc, s.shape) filter (where s.place <= 20) as list
      from (select x.*, row_number() over (partition by x.p order by x.n desc, x.shape) as place
              from (select l.p, quality.shape_of(l.v) as shape, sum(l.n) as n from looked l group by 1, 2) x) s group by s.p
  ), seen as materialized (
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
  ), numbered as materialized (
    select x.p, x.x from numbers x cross join generate_series(1, x.n)
  ), measured as materialized (
    select r.p, min(r.x) as lowest, max(r.x) as highest, round(avg(r.x)::numeric, 6) as mean, round(stddev_samp(r.x)::numeric, 6) as deviation,
           to_jsonb(percentile_disc(array(select g / 20.0 from generate_series(0, 20) g order by g)::float8[]) within group (order by r.x)) as list
      from numbered r group by r.p
  ), binned as materialized (
    select r.p, least(20, width_bucket(r.x, m.lowest, m.highest, 20)) as bin, count(*) as n
      from numbered r join measured m using (p) where m.highest > m.lowest group by 1, 2
  ), bins as materialized (
    select m.p, jsonb_build_object('low', m.lowest, 'high', m.highest, 'counts', (
             select jsonb_agg(coalesce(b.n, 0) order by g.bin) from generate_series(1, 20) g (bin) left join binned b on b.p = m.p and b.bin = g.bin)) as list
      from measured m where m.highest > m.lowest
  ), lengths as materialized (
    select v.p, min(length(v.v)) as shortest, max(length(v.v)) as longest, left(min(v.v collate "C"), 200) as least, left(max(v.v collate "C"), 200) as most from pg_temp.cadastre_values v join f on f.position = v.p where f.type = 'text' group by v.p
  )
  insert into quality.column_profiles (org_id, dataset_id, profile_id, field_name, position, type, row_count, nulls, empties, distinct_count, distinct_exact,
    unseen_share, minimum, maximum, mean, deviation, shortest, longest, quantiles, top_values, shapes, types_seen, histogram)
  select private.org_id(), p_dataset, p_profile, f.name, f.position, f.type, p_total, p_total - (f.s ->> 0)::bigint, (f.s ->> 1)::bigint,
         case when p_exact then coalesce(c.d, 0)
              when f.s ->> 4 is not null then greatest(c.d, least((f.s ->> 4)::bigint * 32, (f.s ->> 0)::bigint))
              when c.once >= c.n and c.n > 0 then (f.s ->> 0)::bigint
              else coalesce(c.d, 0) end, p_exact,
         coalesce(round(c.once::numeric / nullif(c.n, 0), 6), 1),
         case when f.type = 'text' then l.least else f.s ->> 2 end, case when f.type = 'text' then l.most else f.s ->> 3 end, case when f.family = 'number' then m.mean end, case when f.family = 'number' then m.deviation end, l.shortest, l.longest,
         m.list, coalesce(t.list, '[]'), coalesce(sh.list, '[]'), coalesce(se.list, '{}'), b.list
    from f
    left join counts c on c.p = f.position
    left join top t on t.p = f.position
    left join shapes sh on sh.p = f.position
    left join seen se on se.p = f.position
    left join measured m on m.p = f.position
    left join lengths l on l.p = f.position
    left join bins b on b.p = f.position
$$;
comment on function quality.put_column_profiles(uuid, uuid, jsonb, bigint, boolean) is 'Writes a profile''s fields. Internal.';
