-- How far each field has moved since the profile before: numbers and moments by the greatest distance of their
-- distributions (Kolmogorov-Smirnov, over 21 quantiles), others by the population stability index over top values, shares
-- floored at 0.001 and everything else as one. Drifted: over 0.15 and over 0.25. Internal.
create or replace function quality.measure_drift(p_dataset uuid, p_profile uuid) returns void
language sql
set search_path = ''
as $$
  with before as (
    select p.id from quality.profiles p where p.org_id = private.org_id() and p.dataset_id = p_dataset and p.id <> p_profile and p.row_count > 0
     order by p.made_at desc limit 1
  ), pairs as materialized (
    select c.field_name, c.quantiles as q1, o.quantiles as q0, c.top_values as t1, o.top_values as t0
      from quality.column_profiles c
      join quality.column_profiles o on o.org_id = c.org_id and o.dataset_id = c.dataset_id and o.profile_id = (select id from before) and o.field_name = c.field_name and o.type = c.type
     where c.org_id = private.org_id() and c.dataset_id = p_dataset and c.profile_id = p_profile
       and c.row_count > c.nulls + c.empties and o.row_count > o.nulls + o.empties
  ), far as materialized (
    select p.field_name, 'ks' as measure, (
             select max(abs((select count(*) from jsonb_array_elements_text(p.q1) a where a::float8 <= x.x) - (select count(*) from jsonb_array_elements_text(p.q0) b where b::float8 <= x.x)) / 21.0)
               from (select v::float8 as x from jsonb_array_elements_text(p.q1 || p.q0) v) x) as value
      from pairs p where p.q1 is not null and p.q0 is not null
    union all
    select p.field_name, 'psi', (
             select sum((a.share - b.share) * ln(a.share / b.share))
               from (select v.v from (select e ->> 0 as v from jsonb_array_elements(p.t1) e union select e ->> 0 from jsonb_array_elements(p.t0) e) v) k
               cross join lateral (select greatest(0.001, coalesce((select (e ->> 1)::numeric from jsonb_array_elements(p.t1) e where e ->> 0 = k.v) /
                    (select sum((e ->> 1)::numeric) from jsonb_array_elements(p.t1) e), 0)) as share) a
               cross join lateral (select greatest(0.001, coalesce((select (e ->> 1)::numeric from jsonb_array_elements(p.t0) e where e ->> 0 = k.v) /
                    (select sum((e ->> 1)::numeric) from jsonb_array_elements(p.t0) e), 0)) as share) b)
      from pairs p
     -- Where nearly every value is another one there is no distribution of values to speak of.
     where p.q1 is null and (p.t1 -> 0 ->> 1)::numeric > 2 and (p.t0 -> 0 ->> 1)::numeric > 2
  )
  update quality.column_profiles c
     set drift = jsonb_build_object('measure', far.measure, 'value', round(far.value::numeric, 4), 'drifted', far.value > case far.measure when 'ks' then 0.15 else 0.25 end)
    from far
   where c.org_id = private.org_id() and c.dataset_id = p_dataset and c.profile_id = p_profile and c.field_name = far.field_name and far.value is not null
$$;
comment on function quality.measure_drift(uuid, uuid) is 'Compares a profile with the one before. Internal.';
