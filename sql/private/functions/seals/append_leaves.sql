--! owner: cadastre_system
-- Appends the next rows of transactions before p_before to an organization's tree, in the order (transaction, id): no row
-- of a finished transaction comes later, so the order is the same whoever seals when. At most p_limit, and none after a
-- load that is not among those committed to (p_loads). Returns what a checkpoint says.
--
-- RFC 6962: leaf sha256(0x00 || text), node sha256(0x01 || left || right). Only the roots of whole subtrees are carried
-- along (the frontier), so an appended leaf costs two hashes however large the tree is.
create or replace function private.append_leaves(p_org uuid, p_before xid8, p_loads uuid[], p_limit int,
                                               out appended int, out size bigint, out root bytea, out previous bytea)
language plpgsql security definer
set search_path = ''
as $$
declare
  t private.audit_trees;
  hashes bytea[];
  node bytea;
  level int;
  place bigint;
  end_txid xid8;
  end_id uuid;
begin
  select * into t from private.audit_trees x where x.org_id = p_org for update;
  with batch as materialized (
    select row_number() over (order by u.txid, u.id) as n, u.txid, u.id, u.kind, u.loading
      from (select * from (
              (select e.txid, e.id, 'event' as kind, false as loading from audit.events e
                where e.org_id = p_org and (e.txid, e.id) > (t.last_txid, t.last_id) and e.txid < p_before order by e.txid, e.id limit p_limit)
              union all
              (select c.txid, c.id, 'change', c.commitments is null and c.id <> all (p_loads) from audit.data_changes c
                where c.org_id = p_org and (c.txid, c.id) > (t.last_txid, t.last_id) and c.txid < p_before order by c.txid, c.id limit p_limit)) both_
             order by txid, id limit p_limit) u
  ), salted as materialized (
    select b.*, case when b.kind = 'event' then public.gen_random_bytes(16) end as salt
      from batch b where b.n < coalesce((select min(l.n) from batch l where l.loading), p_limit + 1)
  ), hashed as materialized (
    select s.*, sha256('\x00'::bytea || convert_to(case s.kind
             when 'event' then (select 'event|' || e.id || '|' || encode(sha256(s.salt || convert_to(audit.event_text(e), 'UTF8')), 'hex')
                                  from audit.events e where e.org_id = p_org and e.id = s.id)
             else (select audit.change_text(c) from audit.data_changes c where c.org_id = p_org and c.id = s.id) end, 'UTF8')) as hash
      from salted s
  ), salts as (
    insert into private.event_salts (org_id, event_id, salt) select p_org, h.id, h.salt from hashed h where h.kind = 'event'
  ), leaves as (
    insert into audit.leaves (org_id, position, kind, source_id, hash) select p_org, t.size + h.n - 1, h.kind, h.id, h.hash from hashed h
  )
  select coalesce(array_agg(h.hash order by h.n), '{}'), (array_agg(h.txid order by h.n desc))[1], (array_agg(h.id order by h.n desc))[1]
    into hashes, end_txid, end_id from hashed h;

  appended := cardinality(hashes);
  foreach node in array hashes loop
    level := 0;
    place := t.size;
    while place & 1 = 1 loop
      node := sha256('\x01'::bytea || t.frontier[cardinality(t.frontier)] || node);
      t.frontier := t.frontier[:cardinality(t.frontier) - 1];
      level := level + 1;
      place := place >> 1;
      if level % 8 = 0 then
        insert into audit.tree_nodes (org_id, level, position, hash) values (p_org, level, place, node);
      end if;
    end loop;
    t.frontier := t.frontier || node;
    t.size := t.size + 1;
  end loop;

  size := t.size;
  root := audit.fold(t.frontier);
  select sha256(convert_to(c.jws, 'UTF8')) into previous from audit.checkpoints c where c.org_id = p_org order by c.size desc limit 1;
  if appended > 0 then
    update private.audit_trees x set size = t.size, frontier = t.frontier, last_txid = end_txid, last_id = end_id where x.org_id = p_org;
  end if;
end
$$;
comment on function private.append_leaves(uuid, xid8, uuid[], int) is 'Appends the next rows to an organization''s tree; its size and root. For the sealer.';
revoke execute on function private.append_leaves(uuid, xid8, uuid[], int) from public;
grant execute on function private.append_leaves(uuid, xid8, uuid[], int) to cadastre_worker;
