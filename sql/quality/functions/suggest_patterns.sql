-- Patterns of text fields from the sample's values: [{field, patterns, rows, confidence}]. Each shape's values are laid
-- side by side, run by run: a run that is the same in all of them stays as it is, digits of one length keep that length.
-- A run of letters that is one of few words (a.m. and p.m.), and one of two digits that goes through a whole cycle (months,
-- days, hours, minutes), keeps to those: years do not, which go on.
-- Only for fields whose shapes are all known: the share of rows whose shape was met once tells how likely a new one is.
-- Internal.
create or replace function quality.suggest_patterns(p_dataset uuid) returns jsonb
language sql
set search_path = ''
as $$
  with fields as (
    select f.position as p, f.name from data.fields f
     where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.type = 'text' and f.retired_at is null
  ), shaped as materialized (
    select v.p, v.v, v.n, quality.shape_of(v.v) as shape from pg_temp.cadastre_values v join fields using (p) where length(v.v) <= 200
  ), known as (
    select s.p, s.shape, sum(s.n) as n, length(s.shape) as size from shaped s group by 1, 2
  ), closed as (
    select k.p, sum(k.n) as n, coalesce(sum(k.n) filter (where k.n = 1), 0) / sum(k.n) as unseen
      from known k group by 1
    having count(*) <= 12 and sum(k.n) >= 50 and max(k.size) <= 30
       and sum(k.n) = (select sum(v.n) from pg_temp.cadastre_values v where v.p = k.p)
       and coalesce(sum(k.n) filter (where k.n = 1), 0) <= 0.005 * sum(k.n)
  ), words as (
    select s.p, s.shape, m.place, m.run[1] as run, sum(s.n) as n
      from shaped s join closed using (p)
      cross join lateral regexp_matches(s.v, '[[:lower:]]+|[[:upper:]]+|[[:digit:]]+|.', 'g') with ordinality m (run, place)
     group by 1, 2, 3, 4
  ), runs as (
    select w.p, w.shape, w.place, min(w.run) as first, max(w.run) as last, min(length(w.run)) as shortest, max(length(w.run)) as longest, sum(w.n) as n,
           count(*) as d, coalesce(sum(w.n) filter (where w.n = 1), 0) as once,
           case when bool_and(w.run ~ '^[0-9]{1,2}$') then array(select distinct x from unnest(array_agg(case when w.run ~ '^[0-9]{1,2}$' then w.run::int end)) x order by x) end as numbers,
           case when count(*) <= 60 then string_agg(w.run, '|' order by w.run) end as words
      from words w group by 1, 2, 3
  ), few as (
    select r.*, r.d > 1 and r.n >= 20 * r.d and r.once <= 0.002 * r.n and length(r.words) <= 200
             and case when r.first ~ '^[[:digit:]]' then exists (
                        select from (values (1, 12), (1, 31), (0, 23), (1, 24), (0, 59)) c (low, high)
                         where r.numbers = array(select generate_series(c.low, c.high)) or r.numbers = array(select generate_series(c.low, c.high, 5)) and c.high = 59)
                      else r.d <= 12 and r.first ~ '^[[:alpha:]]' end as is_few
      from runs r
  ), pieces as (
    select r.*, case
        when r.first !~ '^[[:alnum:]]' or (r.first = r.last and r.n >= 20) then regexp_replace(r.first, '([][\\.*+?{}()|^$])', '\\\1', 'g')
        when r.is_few then '(' || r.words || ')'
        when r.first ~ '^[[:digit:]]' then '[0-9]' || case when r.shortest = r.longest and r.n >= 20 then '{' || r.longest || '}' else '+' end
        when r.first ~ '^[[:lower:]]' then '[[:lower:]]' || case when r.shortest = r.longest and r.n >= 50 then '{' || r.longest || '}' else '+' end
        else '[[:upper:]]' || case when r.shortest = r.longest and r.n >= 50 then '{' || r.longest || '}' else '+' end end as piece
      from few r
  ), patterns as (
    select p, shape, string_agg(piece, '' order by place) as pattern, max(n) as n from pieces group by 1, 2
  )
  select coalesce(jsonb_agg(jsonb_build_object('field', f.name, 'rows', c.n, 'confidence', round(1 - c.unseen, 4), 'patterns', x.list) order by f.p), '[]')
    from closed c join fields f using (p)
    join (select p, jsonb_agg(pattern order by n desc, pattern) as list from patterns group by p) x using (p)
$$;
comment on function quality.suggest_patterns(uuid) is 'Patterns of text fields whose shapes are all known. Internal.';
