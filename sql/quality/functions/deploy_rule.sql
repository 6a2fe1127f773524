-- Loads are asked this version of the rule from now on: the newest, or an earlier one. Null for version takes the newest.
-- By stages: the rule only records for stage_loads loads, then takes its action in stage_share of the loads (null: all);
-- deployed again without, it takes its action at once.
drop function if exists quality.deploy_rule(uuid, text, int);
create or replace function quality.deploy_rule(dataset_id uuid, name text, version int default null, stage_loads int default null,
                                               stage_share numeric default null) returns quality.rules
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  rule quality.rules;
  v quality.rule_versions;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.edit', deploy_rule.dataset_id);
  rule := quality.find_rule(deploy_rule.dataset_id, deploy_rule.name);
  select * into v from quality.rule_versions x
   where x.org_id = rule.org_id and x.rule_id = rule.id and x.version = coalesce(deploy_rule.version, rule.version);
  if v.version is null then
    perform core.raise('QC001', format('rule %s has no version %s', rule.name, deploy_rule.version), format('It has versions 1 to %s.', rule.version), 'version');
  end if;
  if deploy_rule.stage_loads not between 1 and 1000 or deploy_rule.stage_share <= 0 or deploy_rule.stage_share >= 1 then
    perform core.raise('QC002', 'a stage is 1 to 1,000 loads, and a share between 0 and 1', 'Leave both out to take the rule''s action at once.', 'stage_loads');
  end if;
  -- The contract may have changed since it was saved.
  perform quality.compile_rule(rule.dataset_id, v.kind, v.fields, v.parameters);
  return quality.set_deployed(rule, v.version, deploy_rule.stage_loads, deploy_rule.stage_share);
end
$$;
comment on function quality.deploy_rule(uuid, text, int, int, numeric) is
  'Deploys a version of a rule (null: the newest). stage_loads: it only records for so many loads; stage_share: then it takes its action in this share of the loads. Needs quality.edit. Errors: QC001, QC002, QC003.';
grant execute on function quality.deploy_rule(uuid, text, int, int, numeric) to cadastre_user, cadastre_worker;
