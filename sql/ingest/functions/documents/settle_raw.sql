-- The end of an attempt: done where there is no error; else when it is tried again, or null where that does not help. A state
-- that a newer one has replaced meanwhile is left to that.
create or replace function ingest.settle_raw(p_run uuid, p_generation bigint, p_error jsonb default null, p_retry_at timestamptz default null) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  due private.raw_due;
begin
  perform core.require('run.execute');
  if p_error is null then
    delete from private.raw_due w where w.org_id = private.org_id() and w.run_id = p_run and w.generation = p_generation;
    return;
  end if;
  update private.raw_due w set attempts = w.attempts + 1, error = p_error, given_up = p_retry_at is null
   where w.org_id = private.org_id() and w.run_id = p_run and w.generation = p_generation
  returning * into due;
  if due.run_id is not null and p_retry_at is not null then
    perform core.enqueue('ingest__describe_raw', json_build_object('orgId', due.org_id, 'fileId', due.file_id),
      'raw:' || due.org_id, 'raw:' || due.file_id, p_retry_at);
  end if;
end
$$;
comment on function ingest.settle_raw(uuid, bigint, jsonb, timestamptz) is
  'Ends an attempt to write a run''s raw records, or puts it off with {code, message, hint}. For the worker.';
revoke execute on function ingest.settle_raw(uuid, bigint, jsonb, timestamptz) from public;
grant execute on function ingest.settle_raw(uuid, bigint, jsonb, timestamptz) to cadastre_worker;
