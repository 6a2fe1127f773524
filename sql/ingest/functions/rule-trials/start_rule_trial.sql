-- Asks for a dry run of a rule that is SQL: over the datasets as they are, and as they were after the dataset's last loads.
-- Such a query runs on the organization's unprivileged login alone, so the worker asks it, in the name of whoever wants to
-- know, and the answer is taken by take_rule_trial. Nothing is recorded.
create or replace function ingest.start_rule_trial(dataset_id uuid, definition jsonb, loads int default 10) returns uuid
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  org uuid := private.org_id();
  v quality.rule_versions;
  made uuid;
  most_loads constant int := 40;
  most_waiting constant int := 20;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.execute', start_rule_trial.dataset_id);
  perform quality.require_whole(start_rule_trial.dataset_id, start_rule_trial.definition);
  perform ingest.require_reader();
  v := quality.read_definition(start_rule_trial.dataset_id, start_rule_trial.definition);
  if v.kind <> 'sql' then
    perform core.raise('QC002', 'this dry run is for rules of kind sql', 'Ask try_rule, which answers at once.', 'kind');
  end if;
  delete from private.rule_trials t where t.org_id = org and t.created_at < clock_timestamp() - interval '10 minutes';
  if (select count(*) from private.rule_trials t where t.org_id = org) >= most_waiting then
    perform core.raise('QC018', 'too many dry runs are under way', 'Wait until one has ended.');
  end if;
  insert into private.rule_trials (org_id, requested_by, dataset_id, definition, loads)
  values (org, private.user_id(), start_rule_trial.dataset_id, to_jsonb(v) || jsonb_build_object('name', coalesce(start_rule_trial.definition ->> 'name', 'sql')),
          least(greatest(coalesce(start_rule_trial.loads, 10), 0), most_loads))
  returning id into made;
  perform core.enqueue('quality__sql', json_build_object('orgId', org, 'trialId', made), 'rule_trial:' || org, 'rule_trial:' || made);
  return made;
end
$$;
comment on function ingest.start_rule_trial(uuid, jsonb, int) is
  'Asks for a dry run of a rule of kind sql, over the rows in force and as they were after up to 40 past loads; take its answer with take_rule_trial. Needs quality.execute. Errors: QC002, QC003, QC018 too many, DS001.';
revoke execute on function ingest.start_rule_trial(uuid, jsonb, int) from public;
grant execute on function ingest.start_rule_trial(uuid, jsonb, int) to cadastre_user, cadastre_worker;
