-- Stops a backfill and the reading that it waits for; slices that are done stay. It can be resumed.
create or replace function ingest.cancel_backfill(backfill_id uuid) returns ingest.backfills
language plpgsql security definer
set search_path = ''
as $$
declare
  b ingest.backfills;
  pull uuid;
begin
  perform core.require('datasource.execute');
  b := ingest.find_backfill(cancel_backfill.backfill_id, '{running}');
  update ingest.backfills x set state = 'cancelled', ended_at = clock_timestamp(), look_at = null, reason = null
   where x.org_id = b.org_id and x.id = b.id
  returning * into b;
  for pull in
    update ingest.backfill_slices s set state = 'waiting', started_at = null
     where s.org_id = b.org_id and s.backfill_id = b.id and s.state = 'running'
    returning s.pull_id
  loop
    if exists (select from ingest.source_pulls p where p.org_id = b.org_id and p.id = pull and p.status in ('queued', 'running', 'waiting')) then
      perform ingest.cancel_pull(pull);
    end if;
  end loop;
  perform audit.record('source.backfill_cancel', 'source', b.source_id::text, jsonb_build_object('backfill', b.id, 'done', b.done));
  return b;
end
$$;
comment on function ingest.cancel_backfill(uuid) is 'Cancels a backfill; what it loaded stays. Needs datasource.execute. Errors: IN005, IN006.';
grant execute on function ingest.cancel_backfill(uuid) to cadastre_user, cadastre_worker;
