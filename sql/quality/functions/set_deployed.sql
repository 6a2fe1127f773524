-- Puts a version of a rule in force (null: none) and tells of it. Internal.
create or replace function quality.set_deployed(p_rule quality.rules, p_version int, p_stage_loads int default null, p_stage_share numeric default null)
returns quality.rules
language plpgsql
set search_path = ''
as $$
declare
  rule quality.rules;
begin
  update quality.rules r
     set deployed_version = p_version, enabled = true, deployed_at = case when p_version is not null then clock_timestamp() end,
         stage_loads = p_stage_loads, stage_share = p_stage_share
   where r.org_id = p_rule.org_id and r.id = p_rule.id returning * into rule;
  insert into quality.rule_deployments (org_id, rule_id, version, stage_loads, stage_share, deployed_by)
  values (rule.org_id, rule.id, p_version, p_stage_loads, p_stage_share, private.user_id());
  perform audit.record('quality.deploy', 'rule', rule.id::text, jsonb_build_object('name', rule.name, 'version', p_version,
    'stage_loads', p_stage_loads, 'stage_share', p_stage_share));
  return rule;
end
$$;
comment on function quality.set_deployed(quality.rules, int, int, numeric) is 'Puts a version of a rule in force. Internal.';
