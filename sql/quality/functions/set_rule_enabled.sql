-- Lets a deployed rule rest, or asks it again, without a new version.
create or replace function quality.set_rule_enabled(dataset_id uuid, name text, enabled boolean) returns quality.rules
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  rule quality.rules;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.edit', set_rule_enabled.dataset_id);
  rule := quality.find_rule(set_rule_enabled.dataset_id, set_rule_enabled.name);
  update quality.rules r set enabled = set_rule_enabled.enabled where r.org_id = rule.org_id and r.id = rule.id returning * into rule;
  perform audit.record('quality.edit', 'rule', rule.id::text, jsonb_build_object('name', rule.name, 'enabled', rule.enabled));
  return rule;
end
$$;
comment on function quality.set_rule_enabled(uuid, text, boolean) is 'Switches a rule off or on. Needs quality.edit. Error QC001.';
grant execute on function quality.set_rule_enabled(uuid, text, boolean) to cadastre_user, cadastre_worker;
