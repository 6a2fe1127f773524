-- A batch that cannot be loaded however often it is tried is set aside as a failed run, so that the stream goes on. Its
-- events are told as rejected, with the reason; its file is there for whoever looks into it.
drop function if exists ingest.fail_events(uuid, bigint[], text, bigint, bytea, text, jsonb);
create or replace function ingest.fail_events(
  p_dataset uuid, p_numbers bigint[], p_object_key text, p_size bigint, p_sha256 bytea, p_worker text, p_error jsonb, p_follow boolean default false
) returns setof ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.execute');
  run := ingest.open_batch(p_dataset, p_numbers, p_object_key, p_size, p_sha256, p_worker);
  if run.id is null then
    return;
  end if;
  if p_follow then
    perform ingest.note_raw(run);
  end if;
  return next ingest.fail_run(run.id, 1, p_error);
  perform core.notify('stream:' || run.dataset_id, run.id);
end
$$;
comment on function ingest.fail_events(uuid, bigint[], text, bigint, bytea, text, jsonb, boolean) is
  'Sets a batch of events aside as a failed run; no row: the dataset is busy. Errors: IN004, IN014.';
grant execute on function ingest.fail_events(uuid, bigint[], text, bigint, bytea, text, jsonb, boolean) to cadastre_worker;
