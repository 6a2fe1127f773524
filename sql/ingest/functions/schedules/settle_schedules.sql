--! owner: cadastre_system
-- What has ended since the last tick: runs are looked at and settled, and the success of a pipeline or of a dataset's load
-- makes those due that wait for it. One worker at a time does this (the others find the lock taken and go on): signals of
-- one organization would otherwise make two of them wait for each other. A run without a signal is looked at all the
-- same, later.
create or replace function ingest.settle_schedules(p_limit int default 500) returns int
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  g record;
  r record;
  o record;
  settled int := 0;
  moment timestamptz;
  again constant interval := '10 seconds';
begin
  perform core.require('platform.manage');
  if not pg_try_advisory_xact_lock(hashtextextended('ingest.settle_schedules', 7203942)) then
    return 0;
  end if;
  for g in
    delete from private.schedule_signals x
     where (x.org_id, x.id) in (select y.org_id, y.id from private.schedule_signals y order by y.id limit p_limit for update skip locked)
    returning x.org_id, x.kind, x.object_id, x.cause, x.id
  loop
    if g.kind = 'run' then
      update ingest.schedule_runs x set look_at = clock_timestamp() where x.org_id = g.org_id and x.id = g.object_id and x.state = 'running';
    elsif g.kind = 'backfill' then
      update ingest.backfills b set look_at = clock_timestamp() where b.org_id = g.org_id and b.id = g.object_id and b.look_at is not null;
    else
      perform ingest.wake_downstream(g.org_id, g.kind, g.object_id, g.cause);
    end if;
  end loop;
  -- In a variable: compared with the volatile clock_timestamp() itself, an index would be read to its end.
  moment := clock_timestamp();
  for r in
    select x.org_id, x.id, x.pull_id, x.pipeline_run_id, x.load_ids, x.error from ingest.schedule_runs x
     where x.state = 'running' and x.look_at <= moment order by x.look_at limit p_limit
  loop
    if r.error is not null then
      -- It could not be started.
      select 'failed' as state, r.load_ids as load_ids, r.error as error into o;
    else
      select * into o from ingest.outcome_of(r.org_id, r.pull_id, r.pipeline_run_id, r.load_ids);
    end if;
    update ingest.schedule_runs x
       set state = o.state, load_ids = o.load_ids, error = o.error,
           look_at = case when o.state = 'running' then clock_timestamp() + again end,
           ended_at = case when o.state <> 'running' then clock_timestamp() end
     where x.org_id = r.org_id and x.id = r.id and x.state = 'running';
    if found and o.state <> 'running' then
      perform ingest.note_schedule_end(r.org_id, r.id);
      settled := settled + 1;
    end if;
  end loop;
  return settled;
end
$$;
comment on function ingest.settle_schedules(int) is 'Settles runs that have ended and makes those due that wait for them; gives how many ended. Needs platform.manage.';
revoke execute on function ingest.settle_schedules(int) from public;
grant execute on function ingest.settle_schedules(int) to cadastre_worker;
