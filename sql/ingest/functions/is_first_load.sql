-- May this run's landing table become the dataset's own? Where there are no rows, no history to go on from, and no
-- column that the contract does not have.
create or replace function ingest.is_first_load(p_run uuid, p_generation int, p_columns text[]) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  n record;
  empty boolean;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  if array_position(p_columns, null) is not null then
    return false;
  end if;
  n := data.dataset_names(run.dataset_id);
  execute format('select not exists (select from %s) and not exists (select from %s)', n.current_table, n.history_table) into empty;
  return empty;
end
$$;
comment on function ingest.is_first_load(uuid, int, text[]) is 'True where a run''s landing table may become the dataset''s. Error IN007.';
grant execute on function ingest.is_first_load(uuid, int, text[]) to cadastre_worker;
