--! owner: cadastre_system
-- Forgets events that were loaded a week ago, and with them their keys: what they said is in the dataset, its history and
-- the batch's file. In bounded steps; returns how many went.
create or replace function private.sweep_events() returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  gone bigint;
  kept constant interval := '7 days';
  batch constant int := 50000;
begin
  perform core.require('platform.manage');
  delete from ingest.stream_events e
   where (e.org_id, e.number) in (
     select x.org_id, x.number from ingest.stream_events x
      where x.run_id is not null and x.received_at < clock_timestamp() - kept
        and not exists (select from ingest.runs r
                         where r.org_id = x.org_id and r.id = x.run_id and r.status in ('held', 'waiting', 'queued', 'running'))
      order by x.received_at limit batch);
  get diagnostics gone = row_count;
  return gone;
end
$$;
comment on function private.sweep_events() is 'Deletes events a week after they were taken, once they are loaded. Needs platform.manage.';
revoke execute on function private.sweep_events() from public;
grant execute on function private.sweep_events() to cadastre_worker;
