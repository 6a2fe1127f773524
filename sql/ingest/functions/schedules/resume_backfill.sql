-- Goes on with a backfill that rests, failed or was cancelled, at the parts that are not done. What is under way of one that
-- was paused is waited for; a pipeline's part that failed is run again from where it failed (ingest.start_slice).
create or replace function ingest.resume_backfill(backfill_id uuid) returns ingest.backfills
language plpgsql security definer
set search_path = ''
as $$
declare
  b ingest.backfills;
begin
  b := ingest.find_backfill(resume_backfill.backfill_id, '{paused,failed,cancelled}');
  update ingest.backfill_slices s set state = 'waiting', pull_id = null, error = null, started_at = null, ended_at = null
   where s.org_id = b.org_id and s.backfill_id = b.id and (s.state = 'failed' or s.state = 'running' and b.state <> 'paused');
  begin
    update ingest.backfills x set state = 'running', ended_at = null, look_at = clock_timestamp(), error = null, reason = null
     where x.org_id = b.org_id and x.id = b.id
    returning * into b;
  exception when unique_violation then
    perform ingest.raise_backfilled(b.source_id);
  end;
  perform ingest.record_backfill(b, 'backfill_resume', jsonb_build_object('done', b.done));
  return b;
end
$$;
comment on function ingest.resume_backfill(uuid) is
  'Resumes a paused, failed or cancelled backfill at the parts that are not done. Needs datasource.execute, of a pipeline pipeline.execute. Errors: IN005, IN006, IN096.';
grant execute on function ingest.resume_backfill(uuid) to cadastre_user, cadastre_worker;
