-- The organization's score: the mean of its datasets' newest scores, each weighted by ln(e + rows), so that a large
-- dataset counts more, and a thousand times larger one not a thousand times.
create or replace function quality.rate_organization() returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('score', round(sum(s.score * ln(2.718281828 + s.row_count)) / nullif(sum(ln(2.718281828 + s.row_count)), 0), 6),
           'datasets', coalesce(jsonb_agg(jsonb_build_object('dataset', d.name, 'score', s.score, 'rules', s.rules, 'failed', s.failed, 'at', s.checked_at,
             'target', t.min_score, 'missed_at', t.missed_at)
                                          order by s.score, d.name), '[]'))
    from data.datasets d
    cross join lateral (select * from quality.scores s where s.org_id = d.org_id and s.dataset_id = d.id order by s.checked_at desc limit 1) s
    left join quality.targets t on t.org_id = d.org_id and t.dataset_id = d.id
   where d.org_id = (select private.org_id())
$$;
comment on function quality.rate_organization() is
  'Quality of the organization: {score, datasets: [{dataset, score, rules, failed, at, target, missed_at}]}, worst first; scores are 0 to 1, null without checks.';
grant execute on function quality.rate_organization() to cadastre_user, cadastre_worker;
