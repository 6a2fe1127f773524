-- Makes or replaces the view of a model. p_select is PostgreSQL's own writing of a view that the organization's
-- unprivileged login has made of the model (pg_get_viewdef): one select, whatever people wrote. The view runs with the
-- rights of whoever queries it, so filters and masks hold, and only SQL logins may: what people write as SQL does not run
-- on the API's connections.
create or replace function ingest.put_model_view(p_run uuid, p_generation int, p_name text, p_select text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.pipeline_runs;
  org tenancy.organizations;
  target text;
  there text;
begin
  perform core.require('pipeline.execute');
  run := ingest.assert_pipeline_lease(p_run, p_generation);
  select * into org from tenancy.organizations o where o.id = run.org_id;
  target := format('%I.%I', 'org_' || org.schema_key, p_name);
  there := coalesce(obj_description(to_regclass(target), 'pg_class'), '');
  if to_regclass(target) is not null and there not like 'Model ' || run.pipeline_id || ':%' then
    perform core.raise('IN064', format('%s is the name of a dataset or of another model already', p_name), 'Choose another name.', 'dataset');
  end if;
  perform ingest.drop_model_views(run.org_id, run.pipeline_id);
  perform data.run_as_views(format('create view %s with (security_invoker = true) as %s', target, rtrim(p_select, E'; \n')));
  perform data.run_as_views(format('comment on view %s is %L; grant select on %1$s to cadastre_sql', target,
    format('Model %s: %s, version %s.', run.pipeline_id,
      (select p.name from ingest.pipelines p where p.org_id = run.org_id and p.id = run.pipeline_id), run.version)));
end
$$;
comment on function ingest.put_model_view(uuid, int, text, text) is
  'Makes or replaces a model''s view. Errors: IN007 lease lost, IN064 name taken, 42xxx what is no select.';
grant execute on function ingest.put_model_view(uuid, int, text, text) to cadastre_worker;
