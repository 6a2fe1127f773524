-- Removes a schedule with the list of its runs; what it started goes on, and what it loaded stays.
create or replace function ingest.drop_schedule(name text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.schedules;
begin
  perform core.require('pipeline.delete');
  s := ingest.find_schedule(drop_schedule.name);
  perform audit.record('schedule.drop', 'schedule', s.id::text, jsonb_build_object('name', s.name));
  delete from ingest.schedules x where x.org_id = s.org_id and x.id = s.id;
  return true;
end
$$;
comment on function ingest.drop_schedule(text) is 'Removes a schedule. Needs pipeline.delete. Error IN090.';
grant execute on function ingest.drop_schedule(text) to cadastre_user, cadastre_worker;
