-- Installs a rule set on a dataset: with the mapping that was accepted of its proposal, or with whatever matches surely.
-- The rules are drafts unless they are deployed with it, at once or by stages (see quality.deploy_rule). Done again it takes
-- another mapping: rules that are there already stay.
create or replace function quality.install_rule_set(set_key text, dataset_id uuid, mapping jsonb default null, deploy boolean default false,
                                                    stage_loads int default null, stage_share numeric default null) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  one jsonb;
  source record;
  chosen text;
begin
  perform core.require('quality.view');
  perform data.dataset_names(install_rule_set.dataset_id);
  perform data.require_on('quality.create', install_rule_set.dataset_id);
  perform data.require_on('quality.edit', install_rule_set.dataset_id);
  perform quality.require_whole(install_rule_set.dataset_id);
  if install_rule_set.mapping is not null and (jsonb_typeof(install_rule_set.mapping) <> 'array' or exists (
       select from jsonb_array_elements(install_rule_set.mapping) m where jsonb_typeof(m -> 'rule') is distinct from 'string' or jsonb_typeof(m -> 'fields') is distinct from 'object')) then
    perform core.raise('QC013', 'a mapping is a list of {rule, fields: {slot: field}}', 'Take it from propose_rule_set.', 'mapping');
  end if;
  if install_rule_set.stage_loads not between 1 and 1000 or install_rule_set.stage_share <= 0 or install_rule_set.stage_share >= 1 then
    perform core.raise('QC002', 'a stage is 1 to 1,000 loads, and a share between 0 and 1', 'Leave both out to take the rules'' action at once.', 'stage_loads');
  end if;
  chosen := quality.set_key_of(install_rule_set.set_key);
  source := quality.find_rule_set(chosen);
  for one in select x from jsonb_array_elements(source.rules) x loop
    perform quality.require_whole(install_rule_set.dataset_id, one);
  end loop;
  return quality.apply_rule_set(chosen, source.version, source.rules, install_rule_set.dataset_id, install_rule_set.mapping, coalesce(install_rule_set.deploy, false),
    install_rule_set.stage_loads, install_rule_set.stage_share);
end
$$;
comment on function quality.install_rule_set(text, uuid, jsonb, boolean, int, numeric) is
  'Installs a rule set on a dataset: {version, rules: [{name, version, deployed_version}], left_out: [{rule, name, why}]}. mapping: [{rule, fields: {slot: field}}] as accepted, null: what matches surely. Needs quality.create and quality.edit. Errors: QC002, QC013, QC014, DS001.';
grant execute on function quality.install_rule_set(text, uuid, jsonb, boolean, int, numeric) to cadastre_user, cadastre_worker;
