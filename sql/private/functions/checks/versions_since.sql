--! owner: cadastre_system
-- How many versions of datasets were made that a snapshot does not see, as the history triggers told them (so whoever wrote,
-- by whatever road). p_txid is the transaction that took the snapshot: what it wrote itself counts unless it was seen.
-- Owned by the system role: the audit trail is not for everybody who may check rules. Internal.
create or replace function private.versions_since(p_org uuid, p_datasets uuid[], p_snapshot pg_snapshot, p_txid xid8, p_saw_own boolean) returns bigint
language sql security definer
set search_path = ''
as $$
  select coalesce(sum(c.row_count), 0)::bigint from audit.data_changes c
   where c.org_id = p_org and c.dataset_id = any (p_datasets) and c.txid >= pg_snapshot_xmin(p_snapshot)
     and case when c.txid = p_txid then not p_saw_own else not pg_visible_in_snapshot(c.txid, p_snapshot) end
$$;
comment on function private.versions_since(uuid, uuid[], pg_snapshot, xid8, boolean) is 'How many versions a snapshot does not see. Internal.';
revoke execute on function private.versions_since(uuid, uuid[], pg_snapshot, xid8, boolean) from public;
grant execute on function private.versions_since(uuid, uuid[], pg_snapshot, xid8, boolean) to cadastre_owner;
