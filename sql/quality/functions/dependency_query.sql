-- The pairs of a functional dependency that stand against what is known: for each value of the deciding fields the value
-- that goes with it, learned from the rows in force where they agree (confidence), else from the majority in the source
-- itself (two thirds of three rows at least). Rows without a deciding value decide nothing. s is true of them; with p_unsure also the pairs of which nothing is known, s
-- false. n is how many rows have the pair. {pairs} ... {end}: all pairs of the source (quality.fill_prepare). Internal.
create or replace function quality.dependency_query(p_from text[], p_to text, p_confidence numeric, p_unsure boolean default false) returns text
language sql immutable
set search_path = ''
as $$
  with c as (
    select string_agg(format('coalesce(t.%I::text, '''') as c%s', w.w, w.no), ', ' order by w.no) as columns,
           string_agg('c' || w.no, ', ' order by w.no) as groups,
           string_agg('c' || w.no, ', ' order by w.no) filter (where w.no <= cardinality(p_from)) as keys,
           'c' || cardinality(p_from) + 1 as decided,
           string_agg(format('t.%I::text <> ''''', w.w), ' and ') filter (where w.no <= cardinality(p_from)) as there
      from unnest(p_from || p_to) with ordinality w (w, no)
  )
  select format($q$
    with pairs as ({pairs}select %1$s, count(*) as n from {source} t where %2$s group by %3$s{end}),
    known as (
      select %4$s, (array_agg(%5$s order by n desc))[1] as y
        from {same}pairs{other}(select %1$s, count(*) as n from {current} t where %2$s group by %3$s){end} k
       group by %4$s having sum(n) >= 2 and max(n) >= %6$s * sum(n)),
    usual as (
      select %4$s, (array_agg(%5$s order by n desc))[1] as y from pairs
       group by %4$s having sum(n) >= 3 and max(n) * 3 >= sum(n) * 2)
    select %3$s, n, coalesce(known.y, usual.y) is not null as s from pairs left join known using (%4$s) left join usual using (%4$s)
     where %5$s <> coalesce(known.y, usual.y) %7$s $q$,
    c.columns, c.there, c.groups, c.keys, c.decided, p_confidence, case when p_unsure then 'or coalesce(known.y, usual.y) is null' end) from c
$$;
comment on function quality.dependency_query(text[], text, numeric, boolean) is 'Query for the pairs that break a functional dependency. Internal.';
