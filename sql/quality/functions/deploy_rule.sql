-- Loads are asked this version of the rule from now on: the newest, or an earlier one (a roll back). Null for version
-- takes the newest.
create or replace function quality.deploy_rule(dataset_id uuid, name text, version int default null) returns quality.rules
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
  -- The contract may have changed since it was saved.
  perform quality.compile_rule(rule.dataset_id, v.kind, v.fields, v.parameters);
  update quality.rules r set deployed_version = v.version, enabled = true where r.org_id = rule.org_id and r.id = rule.id returning * into rule;
  perform audit.record('quality.deploy', 'rule', rule.id::text, jsonb_build_object('name', rule.name, 'version', v.version));
  return rule;
end
$$;
comment on function quality.deploy_rule(uuid, text, int) is
  'Deploys a version of a rule (null: the newest; an earlier one rolls back). Needs quality.edit. Errors: QC001, QC002, QC003.';
grant execute on function quality.deploy_rule(uuid, text, int) to cadastre_user, cadastre_worker;
