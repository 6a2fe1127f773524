-- A page of the change feed after a cursor (txid, number), by row-level security of whoever asks. Only transactions that
-- every open one is younger than are to be shown: what commits late has a smaller txid than what has been shown, and would
-- be skipped by an order of numbers alone. The others come last and are marked, so that one look tells also what is to come.
drop function if exists private.read_changes(xid8, bigint, uuid, int);
create or replace function private.read_changes(p_txid xid8, p_number bigint, p_dataset uuid, p_limit int)
returns table (txid text, number bigint, dataset_id uuid, dataset text, kind text, run_id uuid, actor_id uuid,
               inserted bigint, updated bigint, deleted bigint, changed_at timestamptz, waits boolean)
language sql stable
set search_path = ''
as $$
  select c.txid::text, c.number, c.dataset_id, d.name, c.kind, c.run_id, c.actor_id, c.inserted_rows, c.updated_rows,
         c.deleted_rows, c.changed_at, c.txid >= pg_snapshot_xmin(pg_current_snapshot())
    from ingest.changes c
    left join data.datasets d on d.org_id = c.org_id and d.id = c.dataset_id
   where c.org_id = (select private.org_id())
     and (c.txid, c.number) > (p_txid, p_number)
     and (p_dataset is null or c.dataset_id = p_dataset)
   order by c.txid, c.number
   limit p_limit
$$;
comment on function private.read_changes(xid8, bigint, uuid, int) is 'Changes after a cursor; waits: an older transaction is open, so not to be shown yet.';
revoke execute on function private.read_changes(xid8, bigint, uuid, int) from public;
grant execute on function private.read_changes(xid8, bigint, uuid, int) to cadastre_user, cadastre_worker;
