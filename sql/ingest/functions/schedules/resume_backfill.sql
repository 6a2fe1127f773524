-- Goes on with a backfill that failed or was cancelled, at the first slice that is not done.
create or replace function ingest.resume_backfill(backfill_id uuid) returns ingest.backfills
language plpgsql security definer
set search_path = ''
as $$
declare
  b ingest.backfills;
begin
  perform core.require('datasource.execute');
  b := ingest.find_backfill(resume_backfill.backfill_id, '{failed,cancelled}');
  update ingest.backfill_slices s set state = 'waiting', pull_id = null, error = null, started_at = null, ended_at = null
   where s.org_id = b.org_id and s.backfill_id = b.id and s.state in ('failed', 'running');
  begin
    update ingest.backfills x set state = 'running', ended_at = null, look_at = clock_timestamp(), error = null, reason = null
     where x.org_id = b.org_id and x.id = b.id
    returning * into b;
  exception when unique_violation then
    perform core.raise('IN096', 'a range of this source is being filled in', 'Wait for it, or cancel it with cancel_backfill.', 'source');
  end;
  perform audit.record('source.backfill_resume', 'source', b.source_id::text, jsonb_build_object('backfill', b.id, 'done', b.done));
  return b;
end
$$;
comment on function ingest.resume_backfill(uuid) is 'Resumes a backfill at its first slice that is not done. Needs datasource.execute. Errors: IN005, IN006, IN096.';
grant execute on function ingest.resume_backfill(uuid) to cadastre_user, cadastre_worker;
