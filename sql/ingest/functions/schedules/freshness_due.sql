-- Must a schedule with a freshness target run now, and when is it looked at again? It runs so early that the load ends in
-- time: one and a half times as long as the last run took, at least a tenth of the age, at most half of it. After a start it
-- is not tried again at once, since a load that fails or brings nothing leaves the dataset as old as it was. Internal.
create or replace function ingest.freshness_due(p_schedule ingest.schedules, out wanted boolean, out next timestamptz) returns record
language plpgsql stable
set search_path = ''
as $$
declare
  loaded timestamptz;
  took interval;
  lead interval;
begin
  select d.loaded_at into loaded from data.datasets d where d.org_id = p_schedule.org_id and d.id = p_schedule.dataset_id;
  select r.ended_at - r.started_at into took from ingest.schedule_runs r
   where r.org_id = p_schedule.org_id and r.id = p_schedule.last_run_id;
  lead := least(p_schedule.max_age / 2, greatest(p_schedule.max_age / 10, coalesce(took * 1.5, interval '0')));
  next := coalesce(loaded, '-infinity') + p_schedule.max_age - lead;
  wanted := next <= clock_timestamp();
  if wanted then
    next := clock_timestamp() + greatest(interval '1 second', least(p_schedule.max_age / 10, interval '10 minutes'));
  end if;
end
$$;
comment on function ingest.freshness_due(ingest.schedules) is 'Whether a freshness target wants a run now, and when to look again. Internal.';
grant execute on function ingest.freshness_due(ingest.schedules) to cadastre_system;
