-- Puts a template into the marketplace, which every organization sees with this organization's name, or takes it out.
-- Pipelines that were installed from it stay.
create or replace function ingest.share_template(name text, shared boolean default true) returns ingest.pipeline_templates
language plpgsql security definer
set search_path = ''
as $$
declare
  t ingest.pipeline_templates;
begin
  perform core.require('pipeline.approve');
  update ingest.pipeline_templates x
     set shared_at = case when share_template.shared then coalesce(x.shared_at, clock_timestamp()) end
   where x.org_id = private.org_id() and x.name = share_template.name
  returning * into t;
  if t.id is null then
    perform core.raise('IN063', format('there is no template %L', left(share_template.name, 60)), 'Check the name; only your own are shared.', 'name');
  end if;
  perform audit.record(case when share_template.shared then 'template.share' else 'template.unshare' end, 'template', t.id::text,
    jsonb_build_object('name', t.name));
  return t;
end
$$;
comment on function ingest.share_template(text, boolean) is
  'Puts one of the organization''s templates into the marketplace, or takes it out. Needs pipeline.approve. Error IN063.';
grant execute on function ingest.share_template(text, boolean) to cadastre_user, cadastre_worker;
