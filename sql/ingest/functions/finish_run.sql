-- What a merge leaves behind besides rows, in its transaction: counts, the dataset's state, replayed rows marked,
-- audit, job's end. Internal.
create or replace function ingest.finish_run(p_run ingest.runs, p_inserted bigint, p_updated bigint, p_unchanged bigint, p_deleted bigint,
                                             p_first boolean)
returns ingest.runs
language plpgsql
set search_path = ''
as $$
declare
  run ingest.runs;
  n record := data.dataset_names(p_run.dataset_id);
  met text;
begin
  -- Do all rows of the table meet the rules now? They did before, or they all come from this file.
  if ingest.rows_are_checked(p_run) or p_first then
    met := ingest.rules_digest(p_run.dataset_id);
  elsif p_run.mode <> 'append' and p_run.rejected_rows = 0
        -- Counted only where it may be so: a batch of a stream is not the whole of a large table.
        and (p_inserted + p_updated + p_unchanged) * 2 > (select c.reltuples from pg_catalog.pg_class c where c.oid = n.current_table::regclass) then
    execute format('select case when count(*) = $1 then ingest.rules_digest($2) end from %s', n.current_table)
      into met using p_inserted + p_updated + p_unchanged, p_run.dataset_id;
  end if;
  if met is not null and ingest.rows_break_rules(p_run) then
    met := null;
  end if;
  update data.datasets d
     set row_count = greatest(0, d.row_count + p_inserted - p_deleted), last_run_id = p_run.id, loaded_at = now()
   where d.org_id = p_run.org_id and d.id = p_run.dataset_id;
  if p_run.replay_of is not null then
    update ingest.rejected_rows x set status = 'replayed'
     where x.org_id = p_run.org_id and x.run_id = p_run.replay_of and x.replay_run = p_run.id;
  end if;
  perform data.summarize_history(p_run.dataset_id, p_updated + p_deleted);
  perform quality.settle_check(p_run.dataset_id, p_run.id, p_run.id, p_run.read_rows);
  perform quality.queue_sql_rules(p_run.dataset_id, p_run.id, p_run.id);
  perform ingest.queue_profile(p_run);
  perform ingest.end_steps(p_run.org_id, p_run.id, 'succeeded');
  perform ingest.drop_landing(p_run.id, p_run.lease_generation);
  update ingest.runs r
     set status = 'succeeded', step = 'record', inserted_rows = p_inserted, updated_rows = p_updated,
         unchanged_rows = p_unchanged, deleted_rows = p_deleted, lease_until = null, bytes_done = coalesce(r.bytes_total, 0),
         finished_at = clock_timestamp(), merged_at = now(), error = null, rules_digest = met
   where r.org_id = p_run.org_id and r.id = p_run.id
  returning * into run;
  perform audit.record('run.load', 'run', run.id::text, jsonb_build_object(
    'dataset', run.dataset_name, 'file', run.file_id, 'mode', run.mode, 'read', run.read_rows, 'inserted', p_inserted,
    'updated', p_updated, 'unchanged', p_unchanged, 'deleted', p_deleted, 'rejected', run.rejected_rows,
    'duplicate', run.duplicate_rows));
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.finish_run(ingest.runs, bigint, bigint, bigint, bigint, boolean) is 'Ends a merged run. Internal.';
