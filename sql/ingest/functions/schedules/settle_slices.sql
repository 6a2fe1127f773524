-- What became of a backfill's parts that were under way; gives how many still are. Where one ended, the run of a schedule that
-- has waited longest for the organization's limit is tried at once. Internal.
create or replace function ingest.settle_slices(p_backfill ingest.backfills) returns int
language plpgsql
set search_path = ''
as $$
declare
  s ingest.backfill_slices;
  o record;
  under_way int := 0;
  ended int := 0;
begin
  -- At most backfills.at_once.
  for s in
    select * from ingest.backfill_slices x
     where x.org_id = p_backfill.org_id and x.backfill_id = p_backfill.id and x.state = 'running' order by x.position
  loop
    if num_nonnulls(s.pull_id, s.pipeline_run_id) = 0 then
      select 'failed' as state, jsonb_build_object('code', 'IN089', 'message', 'the reading or execution is gone', 'hint', 'Resume the backfill.') as error into o;
    else
      select * into o from ingest.outcome_of(s.org_id, s.pull_id, s.pipeline_run_id, '{}');
    end if;
    if o.state = 'running' then
      under_way := under_way + 1;
      continue;
    end if;
    ended := ended + 1;
    update ingest.backfill_slices x
       set state = case o.state when 'succeeded' then 'succeeded' else 'failed' end, ended_at = clock_timestamp(),
           error = case when o.state <> 'succeeded' then coalesce(o.error, jsonb_build_object('code', 'IN006', 'message', format('what was started for it is %s', o.state),
             'hint', 'Decide about the load, or resume the backfill to do this part again.')) end
     where x.org_id = s.org_id and x.backfill_id = s.backfill_id and x.position = s.position;
    if o.state = 'succeeded' then
      update ingest.backfills x set done = x.done + 1 where x.org_id = s.org_id and x.id = s.backfill_id;
    end if;
  end loop;
  if ended > 0 then
    update ingest.schedule_runs w set try_at = clock_timestamp()
     where w.org_id = p_backfill.org_id and w.state = 'waiting' and w.try_at > clock_timestamp()
       and w.id = ingest.longest_waiting(p_backfill.org_id);
  end if;
  return under_way;
end
$$;
comment on function ingest.settle_slices(ingest.backfills) is 'Settles a backfill''s parts that have ended; gives how many are under way. Internal.';
