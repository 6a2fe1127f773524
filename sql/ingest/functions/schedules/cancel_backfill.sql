-- Stops a backfill and what of it is under way; parts that are done stay, and loads that were submitted go on. It can be
-- resumed.
create or replace function ingest.cancel_backfill(backfill_id uuid) returns ingest.backfills
language plpgsql security definer
set search_path = ''
as $$
declare
  b ingest.backfills;
  s record;
begin
  b := ingest.find_backfill(cancel_backfill.backfill_id, '{running,paused}');
  update ingest.backfills x set state = 'cancelled', ended_at = clock_timestamp(), look_at = null, reason = null
   where x.org_id = b.org_id and x.id = b.id
  returning * into b;
  for s in
    update ingest.backfill_slices x set state = 'waiting', started_at = null
     where x.org_id = b.org_id and x.backfill_id = b.id and x.state = 'running'
    returning x.pull_id, x.pipeline_run_id
  loop
    if exists (select from ingest.source_pulls p where p.org_id = b.org_id and p.id = s.pull_id and p.status in ('queued', 'running', 'waiting')) then
      perform ingest.cancel_pull(s.pull_id);
    end if;
    if exists (select from ingest.pipeline_runs p where p.org_id = b.org_id and p.id = s.pipeline_run_id and p.status in ('queued', 'running', 'waiting')) then
      perform ingest.cancel_pipeline_run(s.pipeline_run_id);
    end if;
  end loop;
  perform ingest.record_backfill(b, 'backfill_cancel', jsonb_build_object('done', b.done));
  return b;
end
$$;
comment on function ingest.cancel_backfill(uuid) is
  'Cancels a backfill; what it loaded stays. Needs datasource.execute, of a pipeline pipeline.execute. Errors: IN005, IN006.';
grant execute on function ingest.cancel_backfill(uuid) to cadastre_user, cadastre_worker;
