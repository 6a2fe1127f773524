--! owner: cadastre_system
-- A template that whoever is asking may install, by its key: a product's, the organization's own or a shared one. Internal.
create or replace function ingest.find_template(p_template text, out origin text, out version int, out title text, out description text,
                                                out definition jsonb)
returns record
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('pipeline.view');
  select l.origin, l.version, l.title, l.description, l.definition
    into find_template.origin, find_template.version, find_template.title, find_template.description, find_template.definition
    from (
      select 'system' as origin, s.version, s.title, s.description, s.definition
        from ingest.system_templates s where 'system:' || s.name = p_template
      union all
      select case when t.org_id = private.org_id() then 'organization' else 'marketplace' end, t.version, t.title, t.description, v.definition
        from ingest.pipeline_templates t
        join tenancy.organizations o on o.id = t.org_id
        join ingest.pipeline_template_versions v on v.org_id = t.org_id and v.template_id = t.id and v.version = t.version
       where t.id::text = p_template and (t.org_id = private.org_id() or (t.shared_at is not null and o.status = 'active'))
    ) l;
  if find_template.definition is null then
    perform core.raise('IN063', 'there is no such template, or it is not shared any more', 'cadastre pipeline templates and the back office''s templates tell what there is.', 'template');
  end if;
end
$$;
comment on function ingest.find_template(text) is 'A template that may be installed. Error IN063. Internal.';
revoke execute on function ingest.find_template(text) from public;
grant execute on function ingest.find_template(text) to cadastre_owner;
