-- Asks for a dry run of a rule that is SQL: over the datasets as they are, and as they were after the dataset's last loads.
-- Such a query runs on the organization's unprivileged login alone, so the worker asks it, in the name of whoever wants to
-- know, and the answer is taken by take_rule_trial. Nothing is recorded.
create or replace function ingest.start_rule_trial(dataset_id uuid, definition jsonb, loads int default 10) returns uuid
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v quality.rule_versions;
  made uuid;
  most_loads constant int := 40;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.execute', start_rule_trial.dataset_id);
  perform quality.require_whole(start_rule_trial.dataset_id, start_rule_trial.definition);
  perform ingest.require_reader();
  v := quality.read_definition(start_rule_trial.dataset_id, start_rule_trial.definition);
  if v.kind <> 'sql' then
    perform core.raise('QC002', 'this dry run is for rules of kind sql', 'Ask try_rule, which answers at once.', 'kind');
  end if;
  made := private.begin_trial('rule', start_rule_trial.dataset_id,
    to_jsonb(v) || jsonb_build_object('name', coalesce(start_rule_trial.definition ->> 'name', 'sql')),
    jsonb_build_object('loads', least(greatest(coalesce(start_rule_trial.loads, 10), 0), most_loads)), 'quality__sql');
  if made is null then
    perform core.raise('QC018', 'too many dry runs are under way', 'Wait until one has ended.');
  end if;
  return made;
end
$$;
comment on function ingest.start_rule_trial(uuid, jsonb, int) is
  'Asks for a dry run of a rule of kind sql, over the rows in force and as they were after up to 40 past loads; take its answer with take_rule_trial. Needs quality.execute. Errors: QC002, QC003, QC018 too many, DS001.';
revoke execute on function ingest.start_rule_trial(uuid, jsonb, int) from public;
grant execute on function ingest.start_rule_trial(uuid, jsonb, int) to cadastre_user, cadastre_worker;
