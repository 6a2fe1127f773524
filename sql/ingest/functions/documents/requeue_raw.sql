--! owner: cadastre_system
-- Raw records that are to follow their run and whose job is lost: queued again, as ingest.requeue_runs does for runs.
create or replace function ingest.requeue_raw(older_than interval default '1 minute') returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  due record;
  done bigint := 0;
  batch constant int := 10000;
begin
  perform core.require('platform.manage');
  for due in
    with open as materialized (
      select w.org_id, w.file_id from private.raw_due w
       where not w.given_up and w.since < clock_timestamp() - older_than order by w.since limit batch
    ), lost as (
      select unnest(core.missing_jobs(array(select distinct 'raw:' || o.file_id from open o))) as key
    )
    select distinct o.org_id, o.file_id from open o join lost l on l.key = 'raw:' || o.file_id
  loop
    perform core.enqueue('ingest__describe_raw', json_build_object('orgId', due.org_id, 'fileId', due.file_id),
      'raw:' || due.org_id, 'raw:' || due.file_id);
    done := done + 1;
  end loop;
  return done;
end
$$;
comment on function ingest.requeue_raw(interval) is 'Queues raw records again whose job is lost; returns how many files. Needs platform.manage.';
revoke execute on function ingest.requeue_raw(interval) from public;
grant execute on function ingest.requeue_raw(interval) to cadastre_worker;
