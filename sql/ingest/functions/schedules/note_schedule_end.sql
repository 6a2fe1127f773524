--! owner: cadastre_system
-- What the end of a run means for others: its schedule says how it went, whoever waits for it may go on, and those who
-- want to hear of a run that never became a load are told. Older runs of the schedule go, so that the list stays short.
create or replace function ingest.note_schedule_end(p_org uuid, p_run uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  r ingest.schedule_runs;
  called text;
  kept constant int := 200;
  spare constant int := 50;
begin
  select * into r from ingest.schedule_runs x where x.org_id = p_org and x.id = p_run;
  update ingest.schedules x set last_run_id = r.id, last_state = r.state, last_ended_at = r.ended_at
   where x.org_id = r.org_id and x.id = r.schedule_id
  returning x.name into called;
  -- The one of this schedule, and the one of the organization that has waited longest.
  update ingest.schedule_runs w set try_at = clock_timestamp()
   where w.org_id = r.org_id and w.state = 'waiting' and w.try_at > clock_timestamp()
     and (w.schedule_id = r.schedule_id
          or w.id = ingest.longest_waiting(r.org_id));
  if r.state = 'failed' and private.event_is_awaited(r.org_id, 'schedule.failed') then
    perform private.emit_event(r.org_id, 'schedule.failed', 'error', 'schedule', r.schedule_id::text, called, null,
      format('The schedule %s failed', called), coalesce(r.error ->> 'message', ''), '/schedules/' || r.schedule_id,
      jsonb_build_object('schedule', called, 'scheduleId', r.schedule_id, 'runId', r.id, 'trigger', r.trigger,
        'error', jsonb_build_object('code', r.error -> 'code', 'message', r.error -> 'message', 'hint', r.error -> 'hint')));
  end if;
  -- Not each time: a list of 200 to 250.
  if (select count(*) from (select from ingest.schedule_runs x where x.org_id = r.org_id and x.schedule_id = r.schedule_id limit kept + spare + 1) c) > kept + spare then
    delete from ingest.schedule_runs x
     where x.org_id = r.org_id and x.schedule_id = r.schedule_id and x.ended_at is not null
       and x.id not in (select y.id from ingest.schedule_runs y where y.org_id = r.org_id and y.schedule_id = r.schedule_id order by y.created_at desc limit kept);
  end if;
end
$$;
comment on function ingest.note_schedule_end(uuid, uuid) is 'What the end of a schedule''s run means for others. Internal.';
revoke execute on function ingest.note_schedule_end(uuid, uuid) from public;
