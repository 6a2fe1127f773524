-- Takes back the newest deployment of every deployed rule that came from a set: each goes to its version before, or out of
-- force.
create or replace function quality.roll_back_rule_set(set_key text, dataset_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  r record;
  rule quality.rules;
  done jsonb := '[]';
begin
  perform core.require('quality.view');
  perform data.dataset_names(roll_back_rule_set.dataset_id);
  perform data.require_on('quality.edit', roll_back_rule_set.dataset_id);
  for r in select x.name from quality.rules x
            where x.org_id = private.org_id() and x.dataset_id = roll_back_rule_set.dataset_id and x.set_key = quality.set_key_of(roll_back_rule_set.set_key)
              and x.deployed_version is not null order by x.name loop
    rule := quality.roll_back_rule(roll_back_rule_set.dataset_id, r.name);
    done := done || jsonb_build_object('name', rule.name, 'deployed_version', rule.deployed_version);
  end loop;
  return done;
end
$$;
comment on function quality.roll_back_rule_set(text, uuid) is
  'Takes back the newest deployment of a set''s rules on a dataset: [{name, deployed_version: null where out of force}]. Needs quality.edit. Error QC003.';
grant execute on function quality.roll_back_rule_set(text, uuid) to cadastre_user, cadastre_worker;
