-- What each rule of a dataset costs and how often it is right. A judgement of a line counts once, one of a whole result for
-- its failures less those judged by line. precision: confirmed and fixed over all that were judged; null where none were.
create or replace function quality.rule_figures(dataset_id uuid)
returns table (name text, deployed_version int, cost_ms numeric, checks bigint, failures bigint, confirmed bigint, fixed bigint, expected bigint, "precision" numeric)
language sql stable
set search_path = ''
rows 50
as $$
  with judged as (
    select j.rule_name, j.verdict,
           sum(case when j.line is not null then 1
                    else greatest(0, r.failures - (select count(*) from quality.judgements l
                                                    where l.org_id = j.org_id and l.dataset_id = j.dataset_id and l.check_id = j.check_id
                                                      and l.rule_name = j.rule_name and l.line is not null)) end)::bigint as n
      from quality.judgements j
      join quality.results r on r.org_id = j.org_id and r.dataset_id = j.dataset_id and r.check_id = j.check_id and r.rule_name = j.rule_name
     where j.org_id = (select private.org_id()) and j.dataset_id = rule_figures.dataset_id
     group by 1, 2
  )
  select q.name, q.deployed_version, q.cost_ms, coalesce(r.checks, 0), coalesce(r.failures, 0), coalesce(j.confirmed, 0), coalesce(j.fixed, 0), coalesce(j.expected, 0),
         round((j.confirmed + j.fixed)::numeric / nullif(j.confirmed + j.fixed + j.expected, 0), 4)
    from quality.rules q
    left join lateral (select count(*) as checks, sum(x.failures)::bigint as failures from quality.results x
                        where x.org_id = q.org_id and x.dataset_id = q.dataset_id and x.rule_name = q.name) r on true
    left join lateral (select coalesce(sum(x.n) filter (where x.verdict = 'confirmed'), 0)::bigint as confirmed, coalesce(sum(x.n) filter (where x.verdict = 'fixed'), 0)::bigint as fixed,
                              coalesce(sum(x.n) filter (where x.verdict = 'expected'), 0)::bigint as expected from judged x where x.rule_name = q.name) j on true
   where q.org_id = (select private.org_id()) and q.dataset_id = rule_figures.dataset_id
   order by q.name
$$;
comment on function quality.rule_figures(uuid) is
  'Cost (ms per 100,000 rows) and precision (0 to 1: confirmed and fixed failures over all judged) of a dataset''s rules, with their checks and failures.';
grant execute on function quality.rule_figures(uuid) to cadastre_user, cadastre_worker;
