-- Have all rows of the dataset met the rules as they are now? Then a row of the file that says the same as the table
-- need not be asked again, and only the difference is. Edits by hand meet the rules too (the view's triggers). Internal.
create or replace function ingest.rows_are_checked(p_run ingest.runs) returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce((
    select last.rules_digest = ingest.rules_digest(p_run.dataset_id)
      from data.datasets d join ingest.runs last on last.org_id = d.org_id and last.id = d.last_run_id
     where d.org_id = p_run.org_id and d.id = p_run.dataset_id and p_run.mode <> 'append'), false)
$$;
comment on function ingest.rows_are_checked(ingest.runs) is 'True where every row of the dataset met its present rules. Internal.';
