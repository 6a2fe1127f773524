-- The hash of `count` leaves from `start` on, as RFC 6962 has it, where `start` begins a whole subtree at least as large
-- (it does, in every proof). Whole subtrees of 256 leaves and more are read, not made again.
create or replace function audit.subtree_hash(p_org uuid, p_start bigint, p_count bigint) returns bytea
language plpgsql stable
set search_path = ''
as $$
declare
  subtrees bytea[] := '{}';
  hashes bytea[];
  at bigint := p_start;
  rest bigint := p_count;
  depth int;
  base int;
begin
  while rest > 0 loop
    depth := floor(log(2, rest::numeric))::int;
    if 1::bigint << depth > rest then
      depth := depth - 1;
    elsif 1::bigint << (depth + 1) <= rest then
      depth := depth + 1;
    end if;
    base := depth / 8 * 8;
    if base = 0 then
      select array_agg(l.hash order by l.position) into hashes
        from audit.leaves l where l.org_id = p_org and l.position >= at and l.position < at + (1::bigint << depth);
    else
      select array_agg(n.hash order by n.position) into hashes
        from audit.tree_nodes n
       where n.org_id = p_org and n.level = base and n.position >= at >> base and n.position < (at + (1::bigint << depth)) >> base;
    end if;
    if cardinality(hashes) is distinct from 1 << (depth - base) then
      perform core.raise('AU003', 'the tree has a gap', 'Verify it: cadastre audit verify --org <slug>.');
    end if;
    while cardinality(hashes) > 1 loop
      hashes := array(select sha256('\x01'::bytea || hashes[2 * i - 1] || hashes[2 * i]) from generate_series(1, cardinality(hashes) / 2) i order by i);
    end loop;
    subtrees := subtrees || hashes[1];
    at := at + (1::bigint << depth);
    rest := rest - (1::bigint << depth);
  end loop;
  return audit.fold(subtrees);
end
$$;
comment on function audit.subtree_hash(uuid, bigint, bigint) is 'Merkle hash of a range of leaves. Internal to proofs. Error AU003.';
revoke execute on function audit.subtree_hash(uuid, bigint, bigint) from public;
