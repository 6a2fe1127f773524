-- Makes of a rule set's rules those of a dataset. p_mapping: what was accepted [{rule, fields}], null: whatever matches
-- surely. A rule that was changed by hand since it came from the set is kept unless p_force, and so is a rule of another
-- origin that has the name. What the dataset cannot be asked is told, and the others go on. Whoever calls has asked for
-- permission: sets that are everywhere come with whatever makes a dataset. Internal.
create or replace function quality.apply_rule_set(p_key text, p_version int, p_rules jsonb, p_dataset uuid, p_mapping jsonb, p_deploy boolean, p_stage_loads int default null,
                                                  p_stage_share numeric default null, p_force boolean default false) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  mapping jsonb;
  one jsonb;
  rule jsonb;
  there quality.rules;
  by_hand boolean;
  made jsonb := '[]';
  left_out jsonb := '[]';
  sure constant numeric := 0.8;
  max_mapping constant int := 1000;
  mark constant text := 'rule set, version ';
begin
  select coalesce(jsonb_agg(x - 'confidence' - 'why'), '[]') into mapping
    from jsonb_array_elements(coalesce(p_mapping, quality.match_rule_set(p_dataset, p_rules))) x
   where p_mapping is not null or (x ->> 'confidence')::numeric >= sure;
  if jsonb_array_length(mapping) > max_mapping then
    perform core.raise('QC013', format('a set becomes at most %s rules of a dataset', max_mapping), 'Accept fewer of them.', 'mapping');
  end if;
  if p_mapping is null and mapping = '[]' then
    return jsonb_build_object('version', p_version, 'rules', made, 'left_out', left_out);
  end if;
  for one in select x from jsonb_array_elements(mapping) x loop
    select quality.bind_rule(x, one -> 'fields') || jsonb_build_object('note', mark || p_version) into rule
      from jsonb_array_elements(p_rules) x where x ->> 'name' = one ->> 'rule';
    there := null;
    select * into there from quality.rules r where r.org_id = private.org_id() and r.dataset_id = p_dataset and r.name = rule ->> 'name' for no key update;
    by_hand := there.id is not null and (there.set_key is distinct from p_key
      or exists (select from quality.rule_versions v where v.org_id = there.org_id and v.rule_id = there.id and v.version = there.version and v.note not like mark || '%'));
    if rule is null or by_hand and not p_force or there.id is not null and there.set_key is distinct from p_key then
      left_out := left_out || jsonb_build_object('rule', one ->> 'rule', 'name', rule ->> 'name', 'why',
        case when rule is null then 'the set has no such rule' when there.set_key is distinct from p_key then 'a rule of another origin has the name'
             else 'it was changed by hand since' end);
      continue;
    end if;
    begin
      there := quality.write_rule(p_dataset, rule, 'rule_set');
      update quality.rules r set set_key = p_key, set_version = p_version, set_rule = one ->> 'rule'
       where r.org_id = there.org_id and r.id = there.id returning * into there;
      if p_deploy and there.deployed_version is distinct from there.version then
        there := quality.set_deployed(there, there.version, p_stage_loads, p_stage_share);
      end if;
      made := made || jsonb_build_object('name', there.name, 'version', there.version, 'deployed_version', there.deployed_version);
    exception when sqlstate 'QC002' or sqlstate 'QC003' or sqlstate 'QC004' then
      left_out := left_out || jsonb_build_object('rule', one ->> 'rule', 'name', rule ->> 'name', 'why', sqlerrm);
    end;
  end loop;
  insert into quality.rule_set_installs as i (org_id, dataset_id, set_key, version, mapping, installed_by)
  values (private.org_id(), p_dataset, p_key, p_version, mapping, private.user_id())
  on conflict (org_id, dataset_id, set_key) do update set version = excluded.version, mapping = excluded.mapping, updated_at = clock_timestamp();
  perform audit.record('quality.install_set', 'dataset', p_dataset::text, jsonb_build_object('set', p_key, 'version', p_version,
    'rules', jsonb_array_length(made)));
  return jsonb_build_object('version', p_version, 'rules', made, 'left_out', left_out);
end
$$;
comment on function quality.apply_rule_set(text, int, jsonb, uuid, jsonb, boolean, int, numeric, boolean) is 'Makes of a rule set''s rules those of a dataset. Error QC013. Internal.';
