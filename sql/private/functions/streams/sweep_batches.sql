--! owner: cadastre_system
-- A busy stream makes several runs a second. A month after a batch was loaded its step and its warnings are forgotten; the
-- run itself stays, which history and lineage name, and so do its rejected rows, which can be replayed. In bounded steps;
-- returns of how many runs.
create or replace function private.sweep_batches() returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  gone bigint;
  kept constant interval := '30 days';
  batch constant int := 50000;
begin
  perform core.require('platform.manage');
  with old as materialized (
    select s.org_id, s.run_id from ingest.run_steps s
      join ingest.runs r on r.org_id = s.org_id and r.id = s.run_id
      join ingest.files f on f.org_id = r.org_id and f.id = r.file_id
     where s.started_at < clock_timestamp() - kept and s.step = 'merge' and r.status = 'succeeded' and r.undo_of is null
       -- A batch of events, which was not held and released: then it was loaded as a file.
       and f.file_name like 'events-%.ndjson'
       and not exists (select from ingest.run_steps o where o.org_id = s.org_id and o.run_id = s.run_id and o.step = 'stage')
     limit batch
  ), steps as (
    delete from ingest.run_steps s using old o where s.org_id = o.org_id and s.run_id = o.run_id
  ), issues as (
    delete from ingest.row_issues i using old o where i.org_id = o.org_id and i.run_id = o.run_id and not i.rejected
  )
  select count(distinct (o.org_id, o.run_id)) into gone from old o;
  return gone;
end
$$;
comment on function private.sweep_batches() is 'Deletes steps and warnings of streams'' batches a month after they were loaded. Needs platform.manage.';
revoke execute on function private.sweep_batches() from public;
grant execute on function private.sweep_batches() to cadastre_worker;
