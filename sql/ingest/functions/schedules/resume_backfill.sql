-- Goes on with a backfill that rests, failed or was cancelled, at the parts that are not done. What is under way of one that
-- was paused is waited for; a pipeline's part that failed is run again from where it failed (ingest.start_slice).
create or replace function ingest.resume_backfill(backfill_id uuid) returns ingest.backfills
language plpgsql security definer
set search_path = ''
as $$
declare
  b ingest.backfills;
begin
  if not private.has_permission('pipeline.execute') then
    perform core.require('datasource.execute');
  end if;
  b := ingest.find_backfill(resume_backfill.backfill_id, '{paused,failed,cancelled}');
  perform ingest.require_filling(b);
  update ingest.backfill_slices s set state = 'waiting', pull_id = null, error = null, started_at = null, ended_at = null
   where s.org_id = b.org_id and s.backfill_id = b.id and (s.state = 'failed' or s.state = 'running' and b.state <> 'paused');
  begin
    update ingest.backfills x set state = 'running', ended_at = null, look_at = clock_timestamp(), error = null, reason = null
     where x.org_id = b.org_id and x.id = b.id
    returning * into b;
  exception when unique_violation then
    perform core.raise('IN096', case when b.source_id is null then 'a range of this pipeline is being filled in' else 'a range of this source is being filled in' end,
      'Wait for it, or cancel it with cancel_backfill.', case when b.source_id is null then 'pipeline' else 'source' end);
  end;
  perform audit.record(case when b.source_id is null then 'pipeline.backfill_resume' else 'source.backfill_resume' end,
    case when b.source_id is null then 'pipeline' else 'source' end, coalesce(b.source_id, b.pipeline_id)::text,
    jsonb_build_object('backfill', b.id, 'done', b.done));
  return b;
end
$$;
comment on function ingest.resume_backfill(uuid) is
  'Resumes a paused, failed or cancelled backfill at the parts that are not done. Needs datasource.execute, of a pipeline pipeline.execute. Errors: IN005, IN006, IN096.';
grant execute on function ingest.resume_backfill(uuid) to cadastre_user, cadastre_worker;
