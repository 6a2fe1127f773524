-- A change of a dataset's contract makes its views anew, and with them goes whatever view of a model reads them. The
-- models that name the dataset are run again, for whoever saved them. A trigger, because pipelines know of contracts and
-- contracts may not know of pipelines.
create or replace function ingest.tg_contracts__remake_views() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  run record;
begin
  for run in
    insert into ingest.pipeline_runs (org_id, pipeline_id, version, trigger, requested_by, by_service)
    select v.org_id, v.pipeline_id, v.version, 'contract', v.saved_by, v.by_service
      from data.datasets d
      join ingest.pipelines p on p.org_id = d.org_id
      join ingest.pipeline_versions v on v.org_id = p.org_id and v.pipeline_id = p.id and v.version = p.version
     where d.org_id = new.org_id and d.id = new.dataset_id
       and v.definition ->> 'kind' = 'model' and v.definition ->> 'materialized' = 'view'
       and v.definition ->> 'sql' ~ ('\m' || d.name || '\M')
    returning org_id, id
  loop
    perform ingest.queue_pipeline_run(run.org_id, run.id, null, private.take_turn(run.org_id, run.id));
  end loop;
  return null;
end
$$;
comment on function ingest.tg_contracts__remake_views() is 'Trigger: runs models anew whose views a change of contract took away.';
