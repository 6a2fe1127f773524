-- How many different values the fields have of which a sample cannot tell: {"<position>": count}. A hash sketch in plain
-- SQL: each value's hash falls into one of 1,024 buckets and the smallest of each is kept; the smaller they are, the more
-- values there were. Standard error about 3 %. Fields whose values all came more than once in the sample are left to it,
-- as are unique ones: keys. Internal.
create or replace function quality.count_distinct(p_dataset uuid, p_table text, p_key text[], p_sampled bigint) returns jsonb
language plpgsql
set search_path = ''
set parallel_tuple_cost = 0
set parallel_setup_cost = 0
as $$
declare
  hashes text;
  counted jsonb;
  max_fields constant int := 6;
begin
  select string_agg(format('(%s, hashtextextended(t.%I::text, 0))', c.position, c.name), ', ') into hashes
    from (select f.position, f.name
            from data.fields f
            join (select v.p, count(*) as d, count(*) filter (where v.n = 1) as once from pg_temp.cadastre_values v group by v.p) s on s.p = f.position
           where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.retired_at is null and f.type not in ('jsonb', 'boolean')
             and not (p_key = array[f.name]) and s.once > 0.02 * s.d and s.d > 100
           order by s.d limit max_fields) c;
  if hashes is null then
    return '{}';
  end if;
  execute format($q$
    with smallest as (
      select x.p, x.h & 1023 as bucket, min((x.h >> 10) & 4503599627370495) as least
        from %s t cross join lateral (values %s) x (p, h) where x.h is not null group by 1, 2),
    sums as (select p, count(*) as filled, sum((least + 1) / 4503599627370496.0::float8) as s from smallest group by 1)
    select coalesce(jsonb_object_agg(p, round(case when filled < 700 then -1024 * ln(1 - filled / 1024.0) else 1023.0 * 1024 / s end)), '{}') from sums $q$,
    p_table, hashes) into counted;
  return counted;
end
$$;
comment on function quality.count_distinct(uuid, text, text[], bigint) is 'Estimates how many different values fields have. Internal.';
