--! owner: cadastre_system
-- Organizations with something to seal. One look into an index for each organization, however long its trail is; every
-- organization has events, if only that of its making.
create or replace function audit.unsealed_organizations() returns setof uuid
language sql stable security definer
set search_path = ''
as $$
  with recursive o (org_id) as (
    (select e.org_id from audit.events e order by e.org_id limit 1)
    union all
    select (select e.org_id from audit.events e where e.org_id > o.org_id order by e.org_id limit 1) from o where o.org_id is not null
  )
  select o.org_id
    from o
    left join private.audit_trees t on t.org_id = o.org_id
    cross join lateral (select coalesce(t.last_txid, '0'::xid8) as txid, coalesce(t.last_id, '00000000-0000-0000-0000-000000000000') as id) done
   where o.org_id is not null
     and (exists (select from audit.events e where e.org_id = o.org_id and (e.txid, e.id) > (done.txid, done.id)
                     and e.txid < pg_snapshot_xmin(pg_current_snapshot()))
          or exists (select from audit.data_changes c where c.org_id = o.org_id and (c.txid, c.id) > (done.txid, done.id)
                     and c.txid < pg_snapshot_xmin(pg_current_snapshot()))
          or t.stored_size < (select max(c.size) from audit.checkpoints c where c.org_id = o.org_id))
$$;
comment on function audit.unsealed_organizations() is 'Organizations with rows to seal, or with checkpoints to store.';
revoke execute on function audit.unsealed_organizations() from public;
grant execute on function audit.unsealed_organizations() to cadastre_worker;
