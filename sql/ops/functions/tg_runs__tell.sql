-- Runs that failed, are held, wait or succeeded, as events. Where nobody wants to hear of them, one look says so.
create or replace function ops.tg_runs__tell() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  kind text := 'run.' || new.status;
begin
  if not private.event_is_awaited(new.org_id, kind) then
    return null;
  end if;
  perform private.emit_event(
    new.org_id, kind, case new.status when 'failed' then 'error' when 'succeeded' then 'info' else 'warning' end,
    'run', new.id::text, new.dataset_name, new.dataset_id,
    case new.status when 'failed' then format('A load of %s failed', new.dataset_name)
                    when 'held' then format('A load of %s is held until somebody decides', new.dataset_name)
                    when 'waiting' then format('A load of %s waits', new.dataset_name)
                    else case when new.undo_of is not null then format('A load of %s was undone', new.dataset_name)
                              else format('%s was loaded', new.dataset_name) end end,
    coalesce(new.error ->> 'message', ''), '/runs/' || new.id,
    jsonb_build_object('runId', new.id, 'dataset', new.dataset_name, 'datasetId', new.dataset_id, 'status', new.status,
      'read', new.read_rows, 'inserted', new.inserted_rows, 'updated', new.updated_rows, 'unchanged', new.unchanged_rows,
      'deleted', new.deleted_rows, 'rejected', new.rejected_rows, 'duplicate', new.duplicate_rows, 'undoOf', new.undo_of,
      'error', case when new.status <> 'succeeded' then jsonb_build_object('code', new.error -> 'code', 'message', new.error -> 'message', 'hint', new.error -> 'hint') end));
  return null;
end
$$;
comment on function ops.tg_runs__tell() is 'Trigger: events run.failed, run.held, run.waiting, run.succeeded.';
