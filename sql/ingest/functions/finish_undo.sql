-- What an undo leaves behind besides rows, in its transaction: counts, the dataset's state, which run was undone, the
-- change feed, audit. Internal.
create or replace function ingest.finish_undo(p_run ingest.runs, p_original ingest.runs, p_told jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  inserted bigint := (p_told ->> 'inserted')::bigint;
  updated bigint := (p_told ->> 'updated')::bigint;
  deleted bigint := (p_told ->> 'deleted')::bigint;
  untouched bigint := (p_told ->> 'unchanged')::bigint + (p_told ->> 'skipped')::bigint + (p_told ->> 'missing')::bigint;
begin
  perform private.note_undo(p_run.org_id, p_run.dataset_id, p_run.id, p_told, data.restored_keys(p_run.dataset_id));
  perform data.summarize_history(p_run.dataset_id, updated + deleted);
  update data.datasets d
     set row_count = greatest(0, d.row_count + inserted - deleted), last_run_id = p_run.id, loaded_at = now()
   where d.org_id = p_run.org_id and d.id = p_run.dataset_id;
  perform ingest.queue_profile(p_run);
  update ingest.runs r set undone_by = p_run.id where r.org_id = p_run.org_id and r.id = p_original.id;
  -- An undo that is undone leaves the load in force again.
  update ingest.runs r set undone_by = null
   where r.org_id = p_run.org_id and r.id = p_original.undo_of and r.undone_by = p_original.id;
  update ingest.runs r
     set status = 'succeeded', step = 'record', read_rows = inserted + updated + untouched, inserted_rows = inserted,
         updated_rows = updated, unchanged_rows = untouched, deleted_rows = deleted, lease_until = null,
         merged_at = now(), finished_at = clock_timestamp()
   where r.org_id = p_run.org_id and r.id = p_run.id;
  perform audit.record('run.undo', 'run', p_original.id::text, p_told - 'rows' || jsonb_build_object(
    'refused', data.told_rules(p_told -> 'refused'), 'dataset', p_run.dataset_name, 'undo_run', p_run.id, 'reason', p_run.reason));
  perform ingest.tell_run(p_run.org_id, p_run.id);
  perform ingest.tell_run(p_run.org_id, p_original.id);
end
$$;
comment on function ingest.finish_undo(ingest.runs, ingest.runs, jsonb) is 'Ends an undo. Internal.';
revoke execute on function ingest.finish_undo(ingest.runs, ingest.runs, jsonb) from public;
