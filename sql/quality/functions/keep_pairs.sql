-- Keeps the pairs of a dependency with a check, for the next one to go on from: the check's id, null where they are more than
-- are worth it. p_rule: with {rule_id, carry}. Internal.
create or replace function quality.keep_pairs(p_dataset uuid, p_check uuid, p_rule jsonb, p_table text) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  many bigint;
  kept bigint;
  most constant int := 10000;
  most_bytes constant int := 1000000;
begin
  execute format('select count(*) from (select from %s limit %s) p', p_table, most + 1) into many;
  if many > most then
    return null;
  end if;
  execute format('insert into private.carried_pairs as c (org_id, dataset_id, check_id, rule_id, pairs)
    select $1, $2, $3, $4, k.pairs from (select coalesce(jsonb_agg(jsonb_build_array(%s, p.n)), ''[]'') as pairs from %s p) k where pg_column_size(k.pairs) <= $5
    on conflict (org_id, dataset_id, check_id, rule_id) do update set pairs = excluded.pairs',
    (select string_agg('p.c' || c, ', ' order by c) from generate_series(1, jsonb_array_length(p_rule #> '{carry,tuple}')) c), p_table)
    using private.org_id(), p_dataset, p_check, (p_rule ->> 'rule_id')::uuid, most_bytes;
  get diagnostics kept = row_count;
  return case when kept > 0 then p_check end;
end
$$;
comment on function quality.keep_pairs(uuid, uuid, jsonb, text) is 'Keeps a dependency''s pairs with a check. Internal.';
