-- The views that versions of a pipeline made. They say in their comments whose they are. Internal.
create or replace function ingest.drop_model_views(p_org uuid, p_pipeline uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  v record;
begin
  for v in
    select c.oid::regclass::text as view
      from pg_catalog.pg_class c
      join tenancy.organizations o on o.id = p_org
     where c.relnamespace = to_regnamespace(quote_ident('org_' || o.schema_key)) and c.relkind = 'v'
       and obj_description(c.oid, 'pg_class') like 'Model ' || p_pipeline || ':%'
  loop
    perform data.run_as_views(format('drop view %s', v.view));
  end loop;
end
$$;
comment on function ingest.drop_model_views(uuid, uuid) is 'Drops the views that a pipeline''s model made. Internal.';
