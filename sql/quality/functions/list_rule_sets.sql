--! owner: cadastre_system
-- What can be installed: the product's rule sets, the organization's own, and what other organizations share. Across
-- organizations, so it shows of the others shared ones only, and of installs their number only.
create or replace function quality.list_rule_sets()
returns table (set_key text, origin text, name text, publisher text, version int, industry text, title text, description text, rules jsonb,
               shared boolean, everywhere boolean, installs bigint)
language sql stable security definer
set search_path = ''
rows 50
as $$
  select x.set_key, x.origin, x.name, x.publisher, x.version, x.industry, x.title, x.description, x.rules, x.shared, x.everywhere,
         (select count(distinct i.org_id) from quality.rule_set_installs i where i.set_key = x.set_key)
    from (
      select 'system:' || s.name as set_key, 'system' as origin, s.name, 'Cadastre' as publisher, s.version, s.industry, s.title, s.description,
             s.rules, true as shared, false as everywhere
        from quality.system_rule_sets s
      union all
      select t.id::text, case when t.org_id = (select private.org_id()) then 'organization' else 'marketplace' end, t.name, o.name,
             t.version, t.industry, t.title, t.description, v.rules, t.shared_at is not null, t.everywhere and t.org_id = (select private.org_id())
        from quality.rule_sets t
        join tenancy.organizations o on o.id = t.org_id
        join quality.rule_set_versions v on v.org_id = t.org_id and v.set_id = t.id and v.version = t.version
       where t.org_id = (select private.org_id()) or (t.shared_at is not null and o.status = 'active')
    ) x
   where (select private.has_permission('quality.view'))
   order by array_position(array['organization', 'system', 'marketplace'], x.origin), x.name, x.set_key
   limit 1000
$$;
comment on function quality.list_rule_sets() is
  'Rule sets that can be installed: {set_key, origin: system, organization or marketplace, name, publisher, version, industry, title, description, rules, shared, everywhere, installs: organizations}. Without quality.view none.';
revoke execute on function quality.list_rule_sets() from public;
grant execute on function quality.list_rule_sets() to cadastre_user, cadastre_worker;
