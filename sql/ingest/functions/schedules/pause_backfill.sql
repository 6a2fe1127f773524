-- Starts no further part until it is resumed; those under way go on.
create or replace function ingest.pause_backfill(backfill_id uuid) returns ingest.backfills
language plpgsql security definer
set search_path = ''
as $$
declare
  b ingest.backfills;
begin
  b := ingest.find_backfill(pause_backfill.backfill_id, '{running}');
  update ingest.backfills x set state = 'paused', look_at = clock_timestamp(), reason = null where x.org_id = b.org_id and x.id = b.id returning * into b;
  perform ingest.record_backfill(b, 'backfill_pause', jsonb_build_object('done', b.done));
  return b;
end
$$;
comment on function ingest.pause_backfill(uuid) is
  'Pauses a backfill: parts under way go on, none is started until resume_backfill. Needs datasource.execute, of a pipeline pipeline.execute. Errors: IN005, IN006.';
grant execute on function ingest.pause_backfill(uuid) to cadastre_user, cadastre_worker;
