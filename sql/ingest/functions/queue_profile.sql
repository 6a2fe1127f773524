-- Queues a dataset's profile after a run. After a file at once; a stream makes several runs a second, and a profile reads the
-- whole dataset: of those it is made a minute after the first that asks for it, and later where the last one took so long
-- that profiles would be more than a fiftieth of all time. Internal.
create or replace function ingest.queue_profile(p_run ingest.runs) returns void
language plpgsql
set search_path = ''
as $$
declare
  batch boolean := coalesce(current_setting('cadastre.landing', true) = 'batch', false);
  pause interval;
  shortest constant interval := '1 minute';
  longest constant interval := '1 hour';
  times constant int := 50;
begin
  if batch then
    select least(longest, greatest(shortest, times * p.millis * interval '1 ms')) into pause
      from quality.profiles p where p.org_id = p_run.org_id and p.dataset_id = p_run.dataset_id
     order by p.made_at desc limit 1;
    pause := coalesce(pause, shortest);
  end if;
  perform core.enqueue('quality__profile', json_build_object('orgId', p_run.org_id, 'datasetId', p_run.dataset_id, 'runId', p_run.id), null,
    'profile:' || p_run.dataset_id, clock_timestamp() + pause, 0, batch);
end
$$;
comment on function ingest.queue_profile(ingest.runs) is 'Queues a dataset''s profile: at once after a file, seldom after a stream''s batches. Internal.';
