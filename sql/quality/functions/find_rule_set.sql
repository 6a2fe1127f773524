--! owner: cadastre_system
-- A rule set that whoever is asking may install, by its key. Across organizations, since others' shared ones are among
-- them. Internal.
create or replace function quality.find_rule_set(p_key text, out version int, out title text, out rules jsonb) returns record
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('quality.view');
  select l.version, l.title, l.rules into find_rule_set.version, find_rule_set.title, find_rule_set.rules
    from (
      select s.version, s.title, s.rules from quality.system_rule_sets s where 'system:' || s.name = p_key
      union all
      select t.version, t.title, v.rules
        from quality.rule_sets t
        join tenancy.organizations o on o.id = t.org_id
        join quality.rule_set_versions v on v.org_id = t.org_id and v.set_id = t.id and v.version = t.version
       where (t.id::text = p_key or t.org_id = private.org_id() and t.name = p_key)
         and (t.org_id = private.org_id() or (t.shared_at is not null and o.status = 'active'))
    ) l;
  if find_rule_set.rules is null then
    perform core.raise('QC014', 'there is no such rule set, or it is not shared any more', 'cadastre rule-sets list and the page Rule sets of a dataset tell what there is.', 'set_key');
  end if;
end
$$;
comment on function quality.find_rule_set(text) is 'A rule set that may be installed. Error QC014. Internal.';
revoke execute on function quality.find_rule_set(text) from public;
grant execute on function quality.find_rule_set(text) to cadastre_owner;
