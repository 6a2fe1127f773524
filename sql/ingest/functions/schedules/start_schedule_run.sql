-- Starts what a waiting run is to start, or leaves it waiting and says for what: the run before it, the organization's
-- limits (ingest.limit_room). What cannot be started (a source that is paused, a right that is gone) ends the run with the
-- reason. true: it was started.
create or replace function ingest.start_schedule_run(p_run uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  r ingest.schedule_runs;
  s ingest.schedules;
  room record;
  pull uuid;
  execution uuid;
  loads uuid[] := '{}';
  failed uuid;
  before ingest.pipeline_runs;
  again text;
  code text;
  message text;
  hint text;
  look constant interval := '10 seconds';
begin
  perform core.require('pipeline.execute');
  select * into r from ingest.schedule_runs x where x.org_id = private.org_id() and x.id = p_run and x.state = 'waiting' for no key update;
  if r.id is null then
    return false;
  end if;
  select * into s from ingest.schedules x where x.org_id = r.org_id and x.id = r.schedule_id;
  select * into room from ingest.limit_room(r.org_id);
  if exists (select from ingest.schedule_runs x where x.org_id = r.org_id and x.schedule_id = s.id and x.state = 'running') then
    return ingest.let_wait(r, 'the run before it is under way', interval '15 seconds');
  elsif room.reason is not null then
    return ingest.let_wait(r, room.reason, room.pause);
  end if;
  again := r.rerun_from;
  -- A failed execution of the version that there still is.
  select e.* into before
    from ingest.schedule_runs o
    join ingest.pipeline_runs e on e.org_id = o.org_id and e.id = o.pipeline_run_id and e.status = 'failed'
    join ingest.pipelines p on p.org_id = e.org_id and p.id = e.pipeline_id and p.version = e.version
   where o.org_id = r.org_id and o.id = r.rerun_of;
  begin
    if r.rerun_from = 'load' then
      for failed in
        select x.id from ingest.runs x
         where x.org_id = r.org_id and x.id = any (r.load_ids) and x.status in ('failed', 'cancelled') order by x.created_at, x.id
      loop
        loads := loads || (ingest.rerun(failed)).id;
      end loop;
    elsif s.source_id is not null then
      pull := (ingest.pull_source(s.source_id::text)).id;
    elsif before.id is not null then
      -- From its failed step, where what came before it is kept.
      before := ingest.rerun_pipeline(before.id);
      execution := before.id;
      again := before.rerun_from;
    else
      execution := (ingest.run_pipeline((select p.name from ingest.pipelines p where p.org_id = s.org_id and p.id = s.pipeline_id), null,
                                        case r.trigger when 'hand' then 'schedule' else r.trigger end)).id;
    end if;
  exception
    -- The whole tick is done again.
    when serialization_failure or deadlock_detected or lock_not_available then raise;
    when others then
      get stacked diagnostics code = returned_sqlstate, message = message_text, hint = pg_exception_hint;
      -- The next look settles it, with what its end means for others.
      update ingest.schedule_runs x
         set state = 'running', try_at = null, reason = null, started_at = clock_timestamp(), look_at = clock_timestamp(),
             error = jsonb_build_object('code', code, 'message', left(message, 2000), 'hint', left(hint, 2000))
       where x.org_id = r.org_id and x.id = r.id;
      return false;
  end;
  update ingest.schedule_runs x
     set state = 'running', try_at = null, reason = null, started_at = clock_timestamp(), look_at = clock_timestamp() + look,
         pull_id = pull, pipeline_run_id = execution, load_ids = loads, rerun_from = again
   where x.org_id = r.org_id and x.id = r.id;
  perform ingest.count_start(r.org_id);
  return true;
end
$$;
comment on function ingest.start_schedule_run(uuid) is 'Starts a waiting run or leaves it waiting; true: started. Needs pipeline.execute.';
grant execute on function ingest.start_schedule_run(uuid) to cadastre_worker;
