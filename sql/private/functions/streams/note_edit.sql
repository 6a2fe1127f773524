-- One row changed by hand, in the change feed: called by the edit triggers of a dataset's view and by data.restore_row, in
-- the edit's own transaction. In `private`, because the triggers' domain may not know of `ingest`.
create or replace function private.note_edit(p_org uuid, p_dataset uuid, p_kind text, p_key jsonb, p_version int) returns void
language sql
set search_path = ''
as $$
  with made as (
    insert into ingest.changes (org_id, dataset_id, kind, actor_id, inserted_rows, updated_rows, deleted_rows)
    values (p_org, p_dataset, p_kind, private.user_id(), (p_kind = 'insert')::int, (p_kind in ('update', 'restore'))::int,
            (p_kind = 'delete')::int)
    returning org_id, number
  )
  insert into private.change_keys (org_id, number, keys)
  select org_id, number, jsonb_build_array(p_key || jsonb_build_object('version$', p_version)) from made;
  select core.notify('changes:' || p_org, p_dataset);
$$;
comment on function private.note_edit(uuid, uuid, text, jsonb, int) is 'Writes an edit of one row into the change feed. Internal.';
