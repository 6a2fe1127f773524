-- For texts that follow no pattern: which signs beside letters and digits they have, and that they neither begin nor end with
-- a blank: [{field, pattern, rows, confidence}]. Only where the signs are all known: at most 0.5 % of the rows have one that
-- was met in one value only. Where signs are too many for that, texts of plain ASCII stay so, and others stay without what
-- a wrong encoding leaves (replacement and control characters). What the values themselves do not match is not suggested.
-- Internal.
create or replace function quality.suggest_characters(p_dataset uuid) returns jsonb
language sql
set search_path = ''
as $$
  with fields as (
    select f.position as p, f.name from data.fields f
     where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.type = 'text' and f.retired_at is null
  ), totals as (
    select v.p, sum(v.n) as n, sum(v.n) filter (where v.v ~ '[^[:alnum:] ]' and v.v ~ '[[:cntrl:]]') as odd from pg_temp.cadastre_values v join fields using (p) group by 1
  ), signs as (
    select v.p, s.sign, count(distinct v.v) as values, sum(v.n) as n
      from pg_temp.cadastre_values v join fields using (p)
      cross join lateral (select distinct m[1] as sign from regexp_matches(left(v.v, 2000), '[^[:alnum:] ]', 'g') m) s
     group by 1, 2
  ), sets as (
    select t.p, t.n, coalesce((select string_agg('\' || s.sign, '' order by s.sign) from signs s where s.p = t.p), '') as signs,
           coalesce((select sum(s.n) from signs s where s.p = t.p and s.values = 1), 0) / t.n as unseen
      from totals t where t.n >= 50 and coalesce(t.odd, 0) = 0
  ), patterns as (
    select s.p, s.n, 1 as place, s.unseen, format('[[:alnum:]%1$s]([[:alnum:] %1$s]*[[:alnum:]%1$s])?', s.signs) as pattern from sets s where s.unseen <= 0.005
    union all
    select s.p, s.n, c.place, 1 / s.n, c.pattern
      from sets s
      cross join (values (2, '[!-~]([ -~]*[!-~])?'), (3, '[ -~]+'), (4, '[^\uFFFD\u0001-\u001F\u007F-\u009F]+')) c (place, pattern)
     where s.n >= 200
  ), held as (
    select distinct on (c.p) c.* from patterns c
     where not exists (select from pg_temp.cadastre_values v where v.p = c.p and v.v !~ ('^' || c.pattern || '$'))
     order by c.p, c.place
  )
  select coalesce(jsonb_agg(jsonb_build_object('field', f.name, 'rows', h.n, 'confidence', round(1 - h.unseen, 4), 'pattern', h.pattern) order by h.p), '[]')
    from held h join fields f using (p)
$$;
comment on function quality.suggest_characters(uuid) is 'Characters of texts that follow no pattern. Internal.';
