--! owner: cadastre_system
-- What can be installed: the product's templates, the organization's own, and what other organizations share. Across
-- organizations, so it shows of the others shared ones only, and of installs their number only.
create or replace function ingest.list_templates()
returns table (template text, origin text, name text, publisher text, version int, title text, description text, definition jsonb,
               shared boolean, installs bigint)
language sql stable security definer
set search_path = ''
rows 50
as $$
  select x.template, x.origin, x.name, x.publisher, x.version, x.title, x.description, x.definition, x.shared,
         (select count(*) from private.template_installs i where i.template = x.template)
    from (
      select 'system:' || s.name as template, 'system' as origin, s.name, 'Cadastre' as publisher, s.version, s.title, s.description,
             s.definition, true as shared
        from ingest.system_templates s
      union all
      select t.id::text, case when t.org_id = (select private.org_id()) then 'organization' else 'marketplace' end, t.name, o.name,
             t.version, t.title, t.description, v.definition, t.shared_at is not null
        from ingest.pipeline_templates t
        join tenancy.organizations o on o.id = t.org_id
        join ingest.pipeline_template_versions v on v.org_id = t.org_id and v.template_id = t.id and v.version = t.version
       where t.org_id = (select private.org_id()) or (t.shared_at is not null and o.status = 'active')
    ) x
   where (select private.has_permission('pipeline.view'))
   order by array_position(array['organization', 'system', 'marketplace'], x.origin), x.name, x.template
   limit 1000
$$;
comment on function ingest.list_templates() is
  'Templates that can be installed: {template, origin: system, organization or marketplace, name, publisher, version, title, description, definition, shared, installs}. Without pipeline.view none.';
revoke execute on function ingest.list_templates() from public;
grant execute on function ingest.list_templates() to cadastre_user, cadastre_worker;
