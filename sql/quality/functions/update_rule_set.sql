-- Brings what is installed of a rule set on a dataset to the set's present version: rules get new versions, drafts unless
-- deploy is said, and rules that are new in the set join where they match surely. Rules changed by hand are kept unless
-- p_force. Rules that the set has no more stay as they are.
create or replace function quality.update_rule_set(set_key text, dataset_id uuid, deploy boolean default false, p_force boolean default false) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  i quality.rule_set_installs;
  source record;
  mapping jsonb;
  one jsonb;
begin
  perform core.require('quality.view');
  perform data.dataset_names(update_rule_set.dataset_id);
  perform data.require_on('quality.edit', update_rule_set.dataset_id);
  perform quality.require_whole(update_rule_set.dataset_id);
  select * into i from quality.rule_set_installs x
   where x.org_id = private.org_id() and x.dataset_id = update_rule_set.dataset_id and x.set_key = quality.set_key_of(update_rule_set.set_key) for no key update;
  if i.org_id is null then
    perform core.raise('QC014', 'this rule set is not installed on the dataset', 'Install it first.', 'set_key');
  end if;
  source := quality.find_rule_set(i.set_key);
  if source.version = i.version and not p_force then
    perform core.raise('QC015', format('it is of the set''s present version, %s', source.version), 'There is nothing to update.', 'set_key');
  end if;
  -- The new version may refer to other datasets than the one that was installed.
  for one in select x from jsonb_array_elements(source.rules) x loop
    perform quality.require_whole(i.dataset_id, one);
  end loop;
  select coalesce(jsonb_agg(m), '[]') into mapping from jsonb_array_elements(i.mapping) m
   where exists (select from jsonb_array_elements(source.rules) r where r ->> 'name' = m ->> 'rule');
  select mapping || coalesce(jsonb_agg(m - 'confidence' - 'why'), '[]') into mapping
    from jsonb_array_elements(quality.match_rule_set(i.dataset_id, source.rules)) m
   where (m ->> 'confidence')::numeric >= 0.8
     and not exists (select from quality.rules r where r.org_id = i.org_id and r.dataset_id = i.dataset_id and r.set_key = i.set_key and r.set_rule = m ->> 'rule');
  return quality.apply_rule_set(i.set_key, source.version, source.rules, i.dataset_id, mapping, coalesce(update_rule_set.deploy, false), null, null, coalesce(p_force, false));
end
$$;
comment on function quality.update_rule_set(text, uuid, boolean, boolean) is
  'Brings an installed rule set to its present version: {version, rules, left_out}. Needs quality.edit. Errors: QC014 not installed or not shared any more, QC015 nothing to update.';
grant execute on function quality.update_rule_set(text, uuid, boolean, boolean) to cadastre_user, cadastre_worker;
