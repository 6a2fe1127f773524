-- Fields that decide other fields, from the sample: [{from, to, confidence, pairs}], at most three for each decided one.
-- Values are hashed, groups counted. Measured by pairs of rows: of those that agree in the one field, how many agree in the
-- other. Against how many would by chance, so that a field which nearly always has the same value is decided by none.
-- Pairs are mostly of large groups, so rows are asked too: of those whose group would still be known without them, at most
-- 0.5 % may have another value than it. Internal.
create or replace function quality.suggest_dependencies(p_dataset uuid) returns jsonb
language plpgsql
set search_path = ''
set work_mem = '64MB'
as $$
declare
  hashes text;
  one record;
  asked int := 0;
  agreeing numeric;
  paired numeric;
  failing numeric;
  known numeric;
  found_list jsonb := '[]';
  max_pairs constant int := 600;
begin
  select string_agg(format('hashtextextended(nullif(t.%I::text, ''''), 0) as c%s', f.name, f.position), ', ') into hashes
    from data.fields f where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.retired_at is null and f.type <> 'jsonb';
  drop table if exists pg_temp.cadastre_codes;
  execute format('create temp table cadastre_codes on commit drop as select %s from pg_temp.cadastre_sample t', hashes);
  analyze pg_temp.cadastre_codes;
  for one in
    with c as (
      select f.name, f.position, f.type, count(*) as d, sum(v.n) as n, sum(v.n::numeric * (v.n - 1)) as same
        from data.fields f join pg_temp.cadastre_values v on v.p = f.position
       where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.retired_at is null and f.type <> 'jsonb'
       group by 1, 2, 3)
    select a.name as from_name, a.position as a, b.name as to_name, b.position as b, b.same / (b.n * (b.n - 1)) as chance
      from c a join c b on b.name <> a.name
     -- A decider has groups, and at least as many as there are values to decide.
     where a.d >= 2 and b.d >= 2 and a.d * 2 <= a.n and a.d >= b.d * 0.8 and a.n >= 50
       and a.type !~ '^(numeric|timestamptz)' and b.n > 1
     order by a.d + b.d
     limit max_pairs
  loop
    execute format(
      'select coalesce(sum(x.same), 0), coalesce(sum(x.n * (x.n - 1)), 0), coalesce(sum(x.n - x.most) filter (where x.n >= 3 and x.most >= 0.9 * (x.n - 1)), 0),
              coalesce(sum(x.n) filter (where x.n >= 3), 0)
         from (select sum(y.n) as n, max(y.n) as most, sum(y.n * (y.n - 1)) as same from (select c%1$s, c%2$s, count(*)::numeric as n from pg_temp.cadastre_codes where c%1$s is not null group by 1, 2) y group by y.c%1$s) x',
      one.a, one.b) into agreeing, paired, failing, known;
    if paired >= 100 and failing <= 0.005 * known and agreeing >= 0.98 * paired and 1 - agreeing / paired <= 0.1 * (1 - one.chance) then
      found_list := found_list || jsonb_build_object('from', one.from_name, 'to', one.to_name, 'confidence', round(agreeing / paired, 4), 'pairs', paired);
    end if;
  end loop;
  return (
    select coalesce(jsonb_agg(x.d order by x.d ->> 'to', x.place), '[]')
      from (select d, row_number() over (partition by d ->> 'to' order by (d ->> 'confidence')::numeric desc, (d ->> 'pairs')::numeric desc, d ->> 'from') as place
              from jsonb_array_elements(found_list) d) x
     where x.place <= 3);
end
$$;
comment on function quality.suggest_dependencies(uuid) is 'Functional dependencies of the sample. Internal.';
