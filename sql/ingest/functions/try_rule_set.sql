-- Dry run of a rule set on a dataset: each of its rules as ingest.try_rule does it, with the mapping given or whatever
-- matches surely. Nothing is recorded. held: past loads in which any of them would not have passed; rejected: failing rows
-- of all of them together, so a row that two rules meet counts twice.
create or replace function ingest.try_rule_set(set_key text, dataset_id uuid, mapping jsonb default null, loads int default 40) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  source record;
  one jsonb;
  rule jsonb;
  tried jsonb;
  rules jsonb := '[]';
  left_out jsonb := '[]';
  max_rules constant int := 200;
begin
  perform core.require('quality.view');
  perform data.dataset_names(try_rule_set.dataset_id);
  perform data.require_on('quality.execute', try_rule_set.dataset_id);
  perform quality.require_whole(try_rule_set.dataset_id);
  source := quality.find_rule_set(try_rule_set.set_key);
  for one in
    select x from jsonb_array_elements(coalesce(try_rule_set.mapping, quality.match_rule_set(try_rule_set.dataset_id, source.rules))) x
     where try_rule_set.mapping is not null or (x ->> 'confidence')::numeric >= 0.8 limit max_rules
  loop
    select quality.bind_rule(x, one -> 'fields') into rule from jsonb_array_elements(source.rules) x where x ->> 'name' = one ->> 'rule';
    begin
      tried := ingest.try_rule(try_rule_set.dataset_id, rule, try_rule_set.loads);
      rules := rules || (tried || jsonb_build_object('name', rule -> 'name', 'rule', one -> 'rule'));
    exception when sqlstate 'QC002' or sqlstate 'QC003' then
      left_out := left_out || jsonb_build_object('rule', one -> 'rule', 'name', rule -> 'name', 'why', sqlerrm);
    end;
  end loop;
  return jsonb_build_object(
    'version', source.version, 'rules', rules, 'left_out', left_out,
    'of', (select coalesce(max((r ->> 'of')::int), 0) from jsonb_array_elements(rules) r),
    'held', (select count(distinct l ->> 'run') from jsonb_array_elements(rules) r cross join jsonb_array_elements(r -> 'loads') l where not (l ->> 'passed')::boolean),
    'rejected', (select coalesce(sum((r ->> 'rejected')::bigint), 0) from jsonb_array_elements(rules) r));
end
$$;
comment on function ingest.try_rule_set(text, uuid, jsonb, int) is
  'Dry run of a rule set: {version, rules: [as of try_rule, with name and rule], left_out: [{rule, name, why}], of, held, rejected}. held: loads in which any rule would not have passed. Needs quality.execute. Errors: QC014, DS001.';
grant execute on function ingest.try_rule_set(text, uuid, jsonb, int) to cadastre_user, cadastre_worker;
