--! owner: cadastre_system
-- Begins to seal an organization: alone (to the end of the transaction), and up to which transactions. What a transaction
-- before `before` has written is all there and visible; later ones may still be under way. Null: another sealer is at it.
--
-- After a dump has been loaded into another cluster transactions are numbered from the beginning, and what they write
-- would never come after what is sealed: that is said, not passed over.
create or replace function private.begin_seal(p_org uuid, out before xid8, out loads uuid[])
language plpgsql security definer
set search_path = ''
as $$
declare
  t private.audit_trees;
  most constant int := 100;
begin
  if not pg_try_advisory_xact_lock(7203942, hashtext(p_org::text)) then
    return;
  end if;
  insert into private.audit_trees (org_id) values (p_org) on conflict do nothing;
  select * into t from private.audit_trees x where x.org_id = p_org for update;
  if t.last_txid >= pg_snapshot_xmax(pg_current_snapshot()) then
    perform core.raise('AU001', 'the audit trail cannot be sealed: its last sealed transaction is ahead of the database''s',
      'The database was restored into another cluster; see "After a restore" in docs/reference/audit.md.');
  end if;
  before := pg_snapshot_xmin(pg_current_snapshot());
  loads := array(select c.id from audit.data_changes c
                  where c.org_id = p_org and (c.txid, c.id) > (t.last_txid, t.last_id) and c.txid < before and c.commitments is null
                  order by c.txid, c.id limit most);
end
$$;
comment on function private.begin_seal(uuid) is
  'Begins to seal an organization: up to which transactions, and which loads'' versions are to be committed to first. Error AU001.';
revoke execute on function private.begin_seal(uuid) from public;
grant execute on function private.begin_seal(uuid) to cadastre_worker;
