-- Has a load left rows in the table that break a lasting rule (one that only records, or that was released), or was such a
-- rule not asked of it? Then the next load asks all rows again, so that each load's results count all that it brings.
-- Internal.
create or replace function ingest.rows_break_rules(p_run ingest.runs) returns boolean
language sql stable
set search_path = ''
as $$
  with own as materialized (
    select a.rule_id, a.action from quality.active_rules(p_run.dataset_id) a
     where a.fails is not null and a.prepare is null and a.kind <> 'reference' and a.scope <> 'dataset'
  ), told as materialized (
    select r.rule_id, r.failures, r.severity from quality.results r
     where r.org_id = p_run.org_id and r.dataset_id = p_run.dataset_id and r.check_id = p_run.id
       and r.measured is null and r.scope <> 'dataset' and r.kind <> 'reference'
  )
  select exists (select from own o left join told t on t.rule_id = o.rule_id
                  where t.rule_id is null or t.failures > 0 and o.action <> 'reject')
      or exists (select from told t where t.rule_id is null and t.failures > 0 and t.severity not in ('error', 'critical'))
$$;
comment on function ingest.rows_break_rules(ingest.runs) is 'True where a load left rows that break a lasting rule. Internal.';
