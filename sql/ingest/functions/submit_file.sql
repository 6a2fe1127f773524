-- Registers a received file and queues its load, in one transaction: a run without a job, or a job without a run,
-- cannot be. The same bytes for the same dataset are loaded once: the second file says duplicate_of and its run is
-- finished at once. A file whose run failed, was cancelled or was undone is not in the way of a second try.
create or replace function ingest.submit_file(
  dataset_name text, file_name text, object_key text, size_bytes bigint, sha256 bytea,
  mode text default null, key_fields text[] default null, options jsonb default '{}', force boolean default false
) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  target record;
  org uuid;
  file ingest.files;
  run ingest.runs;
  earlier uuid;
  max_options constant int := 50000;
begin
  perform core.require('run.execute');
  target := ingest.resolve_target(submit_file.dataset_name, submit_file.mode, submit_file.key_fields);
  org := private.org_id();
  if length(coalesce(submit_file.file_name, '')) not between 1 and 500 or length(coalesce(submit_file.object_key, '')) not between 1 and 1000
     or submit_file.size_bytes is null or submit_file.size_bytes < 0
     or octet_length(submit_file.sha256) is distinct from 32 then
    perform core.raise('IN004', 'name, key, size or digest of the file is missing or out of bounds',
      'Give a name of up to 500 characters and what the object store returned.', 'file');
  end if;
  -- The server makes keys; a caller of the function itself cannot name another organization's file.
  if submit_file.object_key not like 'org/' || org || '/files/%' then
    perform core.raise('IN004', 'the object key is not one of your organization''s', 'Upload the file through the API.', 'file');
  end if;
  if jsonb_typeof(coalesce(submit_file.options, '{}')) <> 'object' or length(submit_file.options::text) > max_options then
    perform core.raise('IN004', 'the options are not a JSON object, or too long', 'See docs/reference/uploads.md.', 'options');
  end if;

  -- Two uploads of the same bytes at once: the second waits here and finds the first.
  perform pg_advisory_xact_lock(hashtextextended(
    org::text || submit_file.dataset_name || encode(submit_file.sha256, 'hex'), 7203942));
  if not coalesce(submit_file.force, false) then
    select f.id into earlier
      from ingest.files f
     where f.org_id = org and f.dataset_name = submit_file.dataset_name and f.sha256 = submit_file.sha256
       and f.duplicate_of is null
       and exists (select from ingest.runs r
                    where r.org_id = org and r.file_id = f.id
                      and r.status in ('queued', 'running', 'waiting', 'held', 'succeeded') and r.undo_of is null and r.undone_by is null)
     order by f.created_at
     limit 1;
  end if;
  insert into ingest.files (org_id, dataset_name, file_name, object_key, size_bytes, sha256, duplicate_of, uploaded_by)
  values (org, submit_file.dataset_name, submit_file.file_name, submit_file.object_key, submit_file.size_bytes,
          submit_file.sha256, earlier, private.user_id())
  returning * into file;
  insert into ingest.runs (org_id, file_id, dataset_id, dataset_name, mode, key_fields, options, status, bytes_total,
                           requested_by, finished_at)
  values (org, file.id, target.dataset_id, file.dataset_name, target.mode, target.key_fields,
          coalesce(submit_file.options, '{}'), case when earlier is null then 'queued' else 'duplicate' end, file.size_bytes,
          private.user_id(), case when earlier is not null then clock_timestamp() end)
  returning * into run;
  if earlier is null then
    perform ingest.queue_run(org, run.id, null, private.take_turn(org, run.id));
  end if;
  perform audit.record('file.submit', 'file', file.id::text, jsonb_build_object(
    'dataset', file.dataset_name, 'file', file.file_name, 'bytes', file.size_bytes,
    'sha256', encode(file.sha256, 'hex'), 'run', run.id, 'duplicate_of', earlier));
  perform ingest.tell_run(org, run.id);
  return run;
end
$$;
comment on function ingest.submit_file(text, text, text, bigint, bytea, text, text[], jsonb, boolean) is
  'Registers a received file and queues its load; returns the run (status queued, or duplicate). Needs run.execute, and dataset.create when the dataset is new. Modes: upsert, snapshot, append; null: the dataset''s. Options: dialect overrides. force: load the same bytes again. Errors: IN001 name, IN002 mode, IN003 key, IN004 file or options.';
grant execute on function ingest.submit_file(text, text, text, bigint, bytea, text, text[], jsonb, boolean) to cadastre_user, cadastre_worker;
