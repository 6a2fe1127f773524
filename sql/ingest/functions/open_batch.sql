-- A batch of events becomes a file and a run that its worker holds; in the transaction that also loads it, so nobody meets
-- it half done. IN014: another worker took some of the events. No row: the dataset is being written to, the events wait.
-- Internal.
create or replace function ingest.open_batch(
  p_dataset uuid, p_numbers bigint[], p_object_key text, p_size bigint, p_sha256 bytea, p_worker text
) returns ingest.runs
language plpgsql
set search_path = ''
as $$
declare
  d data.datasets;
  who record := private.identity();
  org uuid := who.org_id;
  file uuid;
  run ingest.runs;
  taken bigint;
begin
  -- The dataset's row before its table, as every load takes them. Not waited for: a long load would hold up other streams.
  select * into d from data.datasets x where x.org_id = org and x.id = p_dataset for no key update skip locked;
  if d.id is null then
    return null;
  end if;
  if p_object_key not like 'org/' || org || '/files/%' then
    perform core.raise('IN004', 'the object key is not one of your organization''s', 'Upload the file through the API.', 'file');
  end if;
  insert into ingest.files (org_id, dataset_name, file_name, object_key, size_bytes, sha256, uploaded_by)
  values (org, d.name, 'events-' || p_numbers[1] || '.ndjson', p_object_key, p_size, p_sha256, who.user_id)
  returning id into file;
  insert into ingest.runs (org_id, file_id, dataset_id, dataset_name, mode, key_fields, options, status, step, contract_version,
                           bytes_total, attempts, lease_generation, lease_until, worker_id, requested_by, started_at, of_events)
  values (org, file, d.id, d.name, case when cardinality(d.key_fields) = 0 then 'append' else 'upsert' end, d.key_fields,
          '{"dialect": {"format": "ndjson"}}', 'running', 'merge', d.contract_version, p_size, 1, 1,
          clock_timestamp() + interval '1 minute', p_worker, who.user_id, clock_timestamp(), true)
  returning * into run;
  insert into ingest.run_steps (org_id, run_id, step, attempt, status) values (org, run.id, 'merge', 1, 'running');
  -- Numbers come in their order, so an event's line is found by halving.
  -- Planned anew each time: the table outgrows what a kept plan was made for within seconds.
  execute 'update ingest.stream_events e set run_id = $1, line = width_bucket(e.number, $2)
            where e.org_id = $3 and e.number = any ($2) and e.run_id is null' using run.id, p_numbers, org;
  get diagnostics taken = row_count;
  if taken <> cardinality(p_numbers) then
    perform core.raise('IN014', 'another worker has taken these events', 'The next batch is taken anew.');
  end if;
  return run;
end
$$;
comment on function ingest.open_batch(uuid, bigint[], text, bigint, bytea, text) is
  'Makes file and run of a batch of events; null: the dataset is busy. Errors: IN004, IN014. Internal.';
