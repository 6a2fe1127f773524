-- One look at a backfill: is its present slice loaded, then the next is read. A slice that fails stops it, in order that
-- none is left out; a source that somebody else is reading is waited for.
create or replace function ingest.advance_backfill(p_backfill uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  b ingest.backfills;
  s ingest.backfill_slices;
  o record;
  pull uuid;
  ended text;
  told text;
  code text;
  hint text;
  failure jsonb;
begin
  perform core.require('datasource.execute');
  select * into b from ingest.backfills x where x.org_id = private.org_id() and x.id = p_backfill and x.state = 'running' for no key update;
  if b.id is null then
    return;
  end if;
  select * into s from ingest.backfill_slices x where x.org_id = b.org_id and x.backfill_id = b.id and x.state <> 'succeeded' order by x.position limit 1;
  if s.state = 'running' then
    if s.pull_id is null then
      select 'failed' as state, jsonb_build_object('code', 'IN089', 'message', 'the reading is gone', 'hint', 'Resume the backfill.') as error into o;
    else
      select * into o from ingest.outcome_of(b.org_id, s.pull_id, null, '{}');
    end if;
    if o.state = 'running' then
      -- Loads of the slice give no signal to a backfill.
      update ingest.backfills x set look_at = clock_timestamp() + interval '1 second', reason = null where x.org_id = b.org_id and x.id = b.id;
      return;
    elsif o.state <> 'succeeded' then
      ended := 'failed';
      failure := coalesce(o.error, jsonb_build_object('code', 'IN006', 'message', format('its reading or load is %s', o.state),
        'hint', 'Decide about the load, or resume the backfill to read the slice again.'));
    else
      update ingest.backfill_slices x set state = 'succeeded', ended_at = clock_timestamp()
       where x.org_id = b.org_id and x.backfill_id = b.id and x.position = s.position;
      update ingest.backfills x set done = x.done + 1 where x.org_id = b.org_id and x.id = b.id;
      select * into s from ingest.backfill_slices x where x.org_id = b.org_id and x.backfill_id = b.id and x.state <> 'succeeded' order by x.position limit 1;
    end if;
  end if;
  if ended is null and s.position is null then
    ended := 'succeeded';
  elsif ended is null then
    begin
      pull := (ingest.pull_source(b.source_id::text, jsonb_build_object('from', s.range_from, 'to', s.range_to))).id;
    exception
      when serialization_failure or deadlock_detected or lock_not_available then raise;
      when sqlstate 'IN088' then
        update ingest.backfills x set look_at = clock_timestamp() + interval '3 seconds', reason = 'the source is being read'
         where x.org_id = b.org_id and x.id = b.id;
        return;
      when others then
        get stacked diagnostics code = returned_sqlstate, told = message_text, hint = pg_exception_hint;
        ended := 'failed';
        failure := jsonb_build_object('code', code, 'message', left(told, 2000), 'hint', left(hint, 2000));
    end;
  end if;
  if ended is null then
    update ingest.backfill_slices x set state = 'running', pull_id = pull, started_at = clock_timestamp()
     where x.org_id = b.org_id and x.backfill_id = b.id and x.position = s.position;
    update ingest.backfills x set look_at = clock_timestamp() + interval '10 seconds', reason = null where x.org_id = b.org_id and x.id = b.id;
    return;
  end if;
  if ended = 'failed' then
    update ingest.backfill_slices x set state = 'failed', error = failure, ended_at = clock_timestamp()
     where x.org_id = b.org_id and x.backfill_id = b.id and x.position = s.position;
  end if;
  update ingest.backfills x set state = ended, error = failure, look_at = null, reason = null, ended_at = clock_timestamp()
   where x.org_id = b.org_id and x.id = b.id;
end
$$;
comment on function ingest.advance_backfill(uuid) is 'Looks at a backfill and starts its next slice. Needs datasource.execute.';
grant execute on function ingest.advance_backfill(uuid) to cadastre_worker;
