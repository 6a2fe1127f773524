-- One look at a backfill: its parts that have ended are settled, and the next ones are started, as many as may be under way at
-- once and as the organization's limits have room for. A part that fails lets those under way end and stops the rest, in
-- order that none is left out; a source that somebody else is reading is waited for. One that is paused starts nothing.
create or replace function ingest.advance_backfill(p_backfill uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  b ingest.backfills;
  s ingest.backfill_slices;
  room record;
  made record;
  under_way int;
  told text;
  code text;
  hint text;
  failure jsonb;
  waits text;
  again interval := '10 seconds';
begin
  perform core.require('datasource.execute');
  select * into b from ingest.backfills x where x.org_id = private.org_id() and x.id = p_backfill and x.look_at is not null for no key update;
  if b.id is null then
    return;
  end if;
  under_way := ingest.settle_slices(b);
  if under_way > 0 then
    -- Loads of a part give no signal to a backfill.
    again := interval '1 second';
  end if;
  if b.state = 'paused' then
    update ingest.backfills x set look_at = case when under_way > 0 then clock_timestamp() + again end where x.org_id = b.org_id and x.id = b.id;
    return;
  end if;
  loop
    select x.error into failure from ingest.backfill_slices x
     where x.org_id = b.org_id and x.backfill_id = b.id and x.state = 'failed' order by x.position limit 1;
    exit when failure is not null or under_way >= b.at_once;
    select * into s from ingest.backfill_slices x
     where x.org_id = b.org_id and x.backfill_id = b.id and x.state = 'waiting'
     order by case when b.newest_first then - x.position else x.position end limit 1;
    exit when s.position is null;
    select * into room from ingest.backfill_room(b.org_id);
    if room.reason is not null then
      waits := room.reason;
      again := case when under_way > 0 then least(room.pause, interval '5 seconds') else room.pause end;
      exit;
    end if;
    begin
      select * into made from ingest.start_slice(b, s);
    exception
      -- The whole tick is done again.
      when serialization_failure or deadlock_detected or lock_not_available then raise;
      when sqlstate 'IN088' then
        waits := 'the source is being read';
        again := interval '3 seconds';
        exit;
      when others then
        get stacked diagnostics code = returned_sqlstate, told = message_text, hint = pg_exception_hint;
        update ingest.backfill_slices x
           set state = 'failed', ended_at = clock_timestamp(),
               error = jsonb_build_object('code', code, 'message', left(told, 2000), 'hint', left(hint, 2000))
         where x.org_id = b.org_id and x.backfill_id = b.id and x.position = s.position;
        continue;
    end;
    update ingest.backfill_slices x
       set state = 'running', pull_id = made.pull, pipeline_run_id = made.execution, started_at = clock_timestamp(), error = null, ended_at = null
     where x.org_id = b.org_id and x.backfill_id = b.id and x.position = s.position;
    perform ingest.count_start(b.org_id);
    under_way := under_way + 1;
  end loop;
  if under_way = 0 and (failure is not null or s.position is null) then
    update ingest.backfills x
       set state = case when failure is null then 'succeeded' else 'failed' end, error = failure, look_at = null, reason = null, ended_at = clock_timestamp()
     where x.org_id = b.org_id and x.id = b.id;
  else
    update ingest.backfills x set look_at = clock_timestamp() + again, reason = waits where x.org_id = b.org_id and x.id = b.id;
  end if;
end
$$;
comment on function ingest.advance_backfill(uuid) is 'Looks at a backfill and starts its next parts. Needs datasource.execute.';
grant execute on function ingest.advance_backfill(uuid) to cadastre_worker;
