--! owner: cadastre_system
-- Rows that should have a leaf and have none: of transactions before the last sealed one. The sealer leaves none, so they
-- were put there behind its back. At most 1,000.
create or replace function audit.unsealed_strays() returns table (kind text, name text)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := audit.trail_of();
  t private.audit_trees;
  most constant int := 1000;
begin
  select * into t from private.audit_trees x where x.org_id = org;
  return query
    (select 'event', e.id::text from audit.events e
      where e.org_id = org and (e.txid, e.id) <= (t.last_txid, t.last_id)
        and not exists (select from audit.leaves l where l.org_id = org and l.source_id = e.id) limit most)
    union all
    (select 'change', c.id::text from audit.data_changes c
      where c.org_id = org and (c.txid, c.id) <= (t.last_txid, t.last_id)
        and not exists (select from audit.leaves l where l.org_id = org and l.source_id = c.id) limit most)
    union all
    (select 'checkpoint', k.size::text from audit.checkpoints k
      where k.org_id = org and not exists (select from audit.leaves l where l.org_id = org and l.position = k.size - 1) limit most);
end
$$;
comment on function audit.unsealed_strays() is 'Events and changes without a leaf that came before the end of the tree, and checkpoints beyond it. Needs audit.export; without an organization the platform''s own, with platform.security.';
revoke execute on function audit.unsealed_strays() from public;
grant execute on function audit.unsealed_strays() to cadastre_worker;
