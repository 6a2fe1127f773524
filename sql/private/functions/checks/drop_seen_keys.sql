-- Keys of loads that every check of a dataset has seen go. Internal.
create or replace function private.drop_seen_keys(p_org uuid, p_dataset uuid) returns void
language sql
set search_path = ''
as $$
  delete from private.checked_keys k using ingest.changes c
   where k.org_id = p_org and c.org_id = p_org and c.number = k.number and c.dataset_id = p_dataset
     and c.txid < (select pg_snapshot_xmin(x.snapshot) from private.carried_checks x where x.org_id = p_org and x.dataset_id = p_dataset order by 1 limit 1)
$$;
comment on function private.drop_seen_keys(uuid, uuid) is 'Deletes keys of loads that every check has seen. Internal.';
revoke execute on function private.drop_seen_keys(uuid, uuid) from public;
