-- Ends a check: its score, and incidents for failed rules of severity error and above. Score: the mean of the rules'
-- credits, weighted by severity (info 0, warning 1, error 3, critical 5); a rule about rows earns the share of rows that
-- met it, a statistic all or nothing. An open incident of the rule goes on instead of a second one; a new one is told of by its table's trigger. Internal.
create or replace function quality.settle_check(p_dataset uuid, p_check uuid, p_run uuid, p_rows bigint) returns numeric
language plpgsql
set search_path = ''
as $$
declare
  earned numeric;
begin
  insert into quality.scores as s (org_id, dataset_id, check_id, run_id, score, rules, failed, row_count)
  select private.org_id(), p_dataset, p_check, p_run,
         coalesce(round(sum(w.weight * case when r.measured is null and (r.passed or r.failures > 0) then 1 - r.share when r.passed then 1 else 0 end) / nullif(sum(w.weight), 0), 6), 1),
         count(*), count(*) filter (where not r.passed), p_rows
    from quality.results r
    cross join lateral (select case r.severity when 'critical' then 5 when 'error' then 3 when 'warning' then 1 else 0 end as weight) w
   where r.org_id = private.org_id() and r.dataset_id = p_dataset and r.check_id = p_check
  on conflict (org_id, dataset_id, check_id) do update
     set score = excluded.score, rules = excluded.rules, failed = excluded.failed, row_count = excluded.row_count, checked_at = clock_timestamp()
  returning s.score into earned;
  insert into quality.incidents as i (org_id, dataset_id, rule_name, severity, title, first_check, last_check, due_at)
  select r.org_id, r.dataset_id, r.rule_name, r.severity, left(r.message || case when r.measured is null and r.failures = 0 then '' when r.measured is null then format(': %s of %s rows do not', r.failures, r.row_count)
           else format('; it is %s', trim_scale(r.measured)) end, 500),
         p_check, p_check, clock_timestamp() + case r.severity when 'critical' then interval '4 hours' else interval '1 day' end
    from quality.results r
   where r.org_id = private.org_id() and r.dataset_id = p_dataset and r.check_id = p_check and not r.passed and r.severity in ('error', 'critical')
     and r.rule_id is not null
  on conflict (org_id, dataset_id, rule_name) where state <> 'resolved' do update
     set occurrences = i.occurrences + (i.last_check <> excluded.last_check)::int, last_check = excluded.last_check,
         title = excluded.title, severity = excluded.severity, last_at = clock_timestamp();
  perform quality.settle_target(p_dataset, p_check, earned);
  return earned;
end
$$;
comment on function quality.settle_check(uuid, uuid, uuid, bigint) is 'Scores a check and opens incidents. Internal.';
