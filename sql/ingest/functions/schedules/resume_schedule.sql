-- Goes on from now: what would have been due meanwhile is not made up for.
create or replace function ingest.resume_schedule(name text) returns ingest.schedules
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.schedules;
begin
  perform core.require('pipeline.edit');
  s := ingest.find_schedule(resume_schedule.name);
  perform ingest.require_target(s.source_id);
  s.paused := false;
  s := ingest.save_schedule(s, null, false);
  perform audit.record('schedule.resume', 'schedule', s.id::text, jsonb_build_object('name', s.name));
  return s;
end
$$;
comment on function ingest.resume_schedule(text) is 'Lets a paused schedule go on. Needs pipeline.edit, and datasource.execute or pipeline.execute. Errors: IN090 to IN094.';
grant execute on function ingest.resume_schedule(text) to cadastre_user, cadastre_worker;
