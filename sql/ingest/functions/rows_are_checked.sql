-- Have all rows of the dataset met its lasting rules as they are now? Then a row of the file that says the same as the
-- table need not be asked those again, and only the difference is. Edits by hand meet the contract's rejecting rules (the
-- view's triggers), but not those that record, and may go against others, so where there are others an edit since the last
-- load speaks against it. Internal.
create or replace function ingest.rows_are_checked(p_run ingest.runs) returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce((
    select last.rules_digest = ingest.rules_digest(p_run.dataset_id)
           and (not exists (select from ingest.changes c
                             where c.org_id = d.org_id and c.dataset_id = d.id and c.kind <> 'load' and c.changed_at > last.finished_at)
                or not exists (select from data.rule_checks(p_run.dataset_id) r where r.severity not in ('error', 'critical'))
                   and not exists (select from quality.rules q where q.org_id = d.org_id and q.dataset_id = d.id and q.enabled and q.deployed_version is not null))
      from data.datasets d join ingest.runs last on last.org_id = d.org_id and last.id = d.last_run_id
     where d.org_id = p_run.org_id and d.id = p_run.dataset_id and p_run.mode <> 'append'), false)
$$;
comment on function ingest.rows_are_checked(ingest.runs) is 'True where every row of the dataset met its present lasting rules. Internal.';
