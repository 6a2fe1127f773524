-- Takes back the newest deployment of a rule: the one before is in force again, or none where it was the first. Done twice
-- it goes back further. What was taken back stays told in rule_deployments.
create or replace function quality.roll_back_rule(dataset_id uuid, name text) returns quality.rules
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  rule quality.rules;
  before quality.rule_deployments;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.edit', roll_back_rule.dataset_id);
  rule := quality.find_rule(roll_back_rule.dataset_id, roll_back_rule.name);
  if rule.deployed_version is null then
    perform core.raise('QC012', format('rule %s is not deployed', rule.name), 'There is nothing to take back.', 'name');
  end if;
  -- The newest deployment older than the one in force that was of another version.
  select * into before from quality.rule_deployments d
   where d.org_id = rule.org_id and d.rule_id = rule.id and d.version < rule.deployed_version order by d.id desc limit 1;
  if before.version is not null then
    perform quality.compile_rule(rule.dataset_id, v.kind, v.fields, v.parameters)
       from quality.rule_versions v where v.org_id = rule.org_id and v.rule_id = rule.id and v.version = before.version;
  end if;
  return quality.set_deployed(rule, before.version);
end
$$;
comment on function quality.roll_back_rule(uuid, text) is
  'Takes back a rule''s newest deployment; the deployed version before is in force again, or none. Needs quality.edit. Errors: QC001, QC003, QC012 not deployed.';
grant execute on function quality.roll_back_rule(uuid, text) to cadastre_user, cadastre_worker;
