-- Patterns of text fields from the sample's values: [{field, patterns, rows, confidence}]. Each shape's values are laid
-- side by side, run by run: a run that is the same in all of them stays as it is, digits of one length keep that length.
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
  ), runs as (
    select s.p, s.shape, m.place, min(m.run[1]) as first, max(m.run[1]) as last, min(length(m.run[1])) as shortest, max(length(m.run[1])) as longest, sum(s.n) as n
      from shaped s join closed using (p)
      cross join lateral regexp_matches(s.v, '[[:lower:]]+|[[:upper:]]+|[[:digit:]]+|.', 'g') with ordinality m (run, place)
     group by 1, 2, 3
  ), pieces as (
    select r.*, case
        when r.first !~ '^[[:alnum:]]' or (r.first = r.last and r.n >= 20) then regexp_replace(r.first, '([][\\.*+?{}()|^$])', '\\\1', 'g')
        when r.first ~ '^[[:digit:]]' then '[0-9]' || case when r.shortest = r.longest and r.n >= 20 then '{' || r.longest || '}' else '+' end
        when r.first ~ '^[[:lower:]]' then '[[:lower:]]' || case when r.shortest = r.longest and r.n >= 50 then '{' || r.longest || '}' else '+' end
        else '[[:upper:]]' || case when r.shortest = r.longest and r.n >= 50 then '{' || r.longest || '}' else '+' end end as piece
      from runs r
  ), patterns as (
    select p, shape, string_agg(piece, '' order by place) as pattern, max(n) as n from pieces group by 1, 2
  )
  select coalesce(jsonb_agg(jsonb_build_object('field', f.name, 'rows', c.n, 'confidence', round(1 - c.unseen, 4), 'patterns', x.list) order by f.p), '[]')
    from closed c join fields f using (p)
    join (select p, jsonb_agg(pattern order by n desc, pattern) as list from patterns group by p) x using (p)
$$;
comment on function quality.suggest_patterns(uuid) is 'Patterns of text fields whose shapes are all known. Internal.';
