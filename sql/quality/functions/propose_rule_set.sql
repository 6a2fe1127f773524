-- What installing a rule set on a dataset would make of it: each rule with the fields that it would be asked of, how sure
-- the match is, and what the first thousand rows say to it. Nothing is saved; what is accepted of it is given to
-- install_rule_set.
create or replace function quality.propose_rule_set(set_key text, dataset_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  n record;
  source record;
  one jsonb;
  rule jsonb;
  asked jsonb;
  v quality.rule_versions;
  compiled record;
  proposed jsonb := '[]';
  problem text;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.execute', propose_rule_set.dataset_id);
  n := data.dataset_names(propose_rule_set.dataset_id);
  perform quality.require_whole(propose_rule_set.dataset_id);
  source := quality.find_rule_set(propose_rule_set.set_key);
  for one in select x from jsonb_array_elements(quality.match_rule_set(propose_rule_set.dataset_id, source.rules)) x loop
    select quality.bind_rule(x, one -> 'fields') into rule from jsonb_array_elements(source.rules) x where x ->> 'name' = one ->> 'rule';
    problem := null;
    asked := null;
    begin
      v := quality.read_definition(propose_rule_set.dataset_id, rule);
      perform quality.require_whole(propose_rule_set.dataset_id, rule);
      compiled := quality.compile_rule(propose_rule_set.dataset_id, v.kind, v.fields, v.parameters);
      asked := quality.check_relation(propose_rule_set.dataset_id, null, format('(select * from %s limit 1000)', n.current_table), n.current_table,
        jsonb_build_array(to_jsonb(compiled) || to_jsonb(v) || jsonb_build_object('no', 1, 'name', rule ->> 'name'))) -> 0;
    exception when sqlstate 'QC002' or sqlstate 'QC003' then
      problem := sqlerrm;
    end;
    proposed := proposed || (one || jsonb_build_object('name', rule -> 'name', 'definition', rule, 'problem', problem,
      'accepted', problem is null and (one ->> 'confidence')::numeric >= 0.8,
      'sample', case when asked is not null then jsonb_build_object('rows', asked -> 'rows', 'failures', asked -> 'failures', 'measured', asked -> 'measured') end));
  end loop;
  return jsonb_build_object('version', source.version, 'title', source.title, 'rules', proposed);
end
$$;
comment on function quality.propose_rule_set(text, uuid) is
  'Proposes how to install a rule set on a dataset: {version, title, rules: [{rule, fields: {slot: field}, name, confidence: 0 to 1, why, accepted, problem, definition, sample: {rows, failures, measured}}]}. Needs quality.execute and sight of the whole dataset. Errors: QC014, DS001.';
grant execute on function quality.propose_rule_set(text, uuid) to cadastre_user, cadastre_worker;
