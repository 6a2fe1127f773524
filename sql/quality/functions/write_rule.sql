-- Saves a rule or a new version of it, for whoever has been asked for permission before (quality.put_rule, rule sets that
-- are everywhere). The same definition again makes no new version. Internal.
create or replace function quality.write_rule(p_dataset uuid, p_definition jsonb, p_origin text) returns quality.rules
language plpgsql
set search_path = ''
as $$
declare
  rule quality.rules;
  v quality.rule_versions;
  last quality.rule_versions;
  rule_name text := p_definition ->> 'name';
  max_rules constant int := 1000;
begin
  select * into rule from quality.rules r
   where r.org_id = private.org_id() and r.dataset_id = p_dataset and r.name = rule_name for no key update;
  v := quality.read_definition(p_dataset, p_definition);
  if rule.id is null then
    if coalesce(rule_name, '') !~ '^[a-z][a-z0-9_]{0,79}$'
       or rule_name in ('required', 'range', 'pattern', 'allowed_values', 'not_in_future', 'reference', 'type') then
      perform core.raise('QC002', format('%L is not a name for a rule', left(rule_name, 80)),
        'Use up to 80 lower-case letters, digits and underscores, and none of the contract''s own rules'' names.', 'name');
    end if;
    if (select count(*) from quality.rules r where r.org_id = private.org_id() and r.dataset_id = p_dataset) >= max_rules then
      perform core.raise('QC004', format('a dataset has at most %s rules', max_rules), 'Remove rules that nobody needs.');
    end if;
    insert into quality.rules (org_id, dataset_id, name, origin, owner_id, created_by)
    values (private.org_id(), p_dataset, rule_name, p_origin, private.user_id(), private.user_id())
    returning * into rule;
  else
    select * into last from quality.rule_versions x where x.org_id = rule.org_id and x.rule_id = rule.id and x.version = rule.version;
    if (last.kind, last.fields, last.parameters, last.severity, last.scope, last.action, last.dimension, last.tags, last.description)
         = (v.kind, v.fields, v.parameters, v.severity, v.scope, v.action, v.dimension, v.tags, v.description)
       and last.max_failures is not distinct from v.max_failures and last.max_share is not distinct from v.max_share then
      return rule;
    end if;
    update quality.rules r set version = rule.version + 1 where r.org_id = rule.org_id and r.id = rule.id returning * into rule;
  end if;
  insert into quality.rule_versions (org_id, rule_id, version, kind, fields, parameters, severity, scope, action, dimension, max_failures, max_share,
                                     tags, description, note, saved_by, by_service)
  values (rule.org_id, rule.id, rule.version, v.kind, v.fields, v.parameters, v.severity, v.scope, v.action, v.dimension, v.max_failures, v.max_share,
          v.tags, v.description, v.note, private.user_id(), private.user_id() is null);
  perform audit.record('quality.edit', 'rule', rule.id::text, jsonb_build_object('name', rule.name, 'version', rule.version));
  return rule;
end
$$;
comment on function quality.write_rule(uuid, jsonb, text) is 'Saves a rule or a version of it. Errors: QC002, QC003, QC004. Internal.';
