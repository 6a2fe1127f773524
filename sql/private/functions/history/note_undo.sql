-- An undo of many rows in the change feed, in its transaction. In `private`, because datasets may not know of `ingest`.
create or replace function private.note_undo(p_org uuid, p_dataset uuid, p_run uuid, p_told jsonb, p_keys jsonb) returns void
language sql
set search_path = ''
as $$
  with made as (
    insert into ingest.changes (org_id, dataset_id, kind, run_id, actor_id, inserted_rows, updated_rows, deleted_rows)
    values (p_org, p_dataset, 'undo', p_run, private.user_id(), (p_told ->> 'inserted')::bigint, (p_told ->> 'updated')::bigint,
            (p_told ->> 'deleted')::bigint)
    returning org_id, number
  )
  insert into private.change_keys (org_id, number, keys)
  select org_id, number, p_keys from made where p_keys is not null;
  select core.notify('changes:' || p_org, p_dataset);
$$;
comment on function private.note_undo(uuid, uuid, uuid, jsonb, jsonb) is 'Writes an undo into the change feed. Internal.';
revoke execute on function private.note_undo(uuid, uuid, uuid, jsonb, jsonb) from public;
