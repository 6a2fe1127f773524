-- Removes a rule with its versions; its results stay as what was found at the time.
create or replace function quality.drop_rule(dataset_id uuid, name text) returns void
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  rule quality.rules;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.delete', drop_rule.dataset_id);
  rule := quality.find_rule(drop_rule.dataset_id, drop_rule.name);
  delete from quality.rules r where r.org_id = rule.org_id and r.id = rule.id;
  perform audit.record('quality.delete', 'rule', rule.id::text, jsonb_build_object('name', rule.name));
end
$$;
comment on function quality.drop_rule(uuid, text) is 'Removes a rule. Needs quality.delete. Error QC001.';
grant execute on function quality.drop_rule(uuid, text) to cadastre_user, cadastre_worker;
