-- A dependency from its kept pairs (quality.keep_pairs) and the rows that changed (pg_temp.cadastre_delta): {failures, parts,
-- fails} as they are now, the pairs kept with p_check; null where that does not add up. The pairs are all that it depends
-- on, so no other row is read, whatever failed before. Internal.
create or replace function quality.carry_pairs(p_dataset uuid, p_check uuid, p_rule jsonb, p_known jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  pairs text := format('pg_temp.cadastre_pairs_%s', p_rule ->> 'no');
  deciders int := jsonb_array_length(p_rule #> '{carry,groups}');
  c record;
  least_ bigint;
  rule jsonb;
begin
  select string_agg(format('(x.v ->> %s) as c%s', g.no - 1, g.no), ', ' order by g.no) as kept, string_agg('c' || g.no, ', ' order by g.no) as names,
         string_agg(format('%s as c%s', g.g, g.no), ', ' order by g.no) as named, string_agg(g.g, ', ' order by g.no) as tuple, count(*) as many,
         string_agg(format('%s <> ''''', g.g), ' and ') filter (where g.no <= deciders) as there
    into c from jsonb_array_elements_text(p_rule #> '{carry,tuple}') with ordinality g (g, no);
  execute format('drop table if exists %s', pairs);
  execute format($q$
    create temp table %s on commit drop as
    select %2$s, sum(x.n)::bigint as n
      from (select %3$s, (x.v ->> %4$s)::bigint as n
              from private.carried_pairs k cross join jsonb_array_elements(k.pairs) x (v)
             where k.org_id = $1 and k.dataset_id = $2 and k.check_id = $3 and k.rule_id = $4
            union all
            select %5$s, count(*) filter (where t.side$ = 'new') - count(*) filter (where t.side$ = 'old') from pg_temp.cadastre_delta t
             where t.side$ <> 'seen' and t.change_type <> 'delete' and %6$s group by %7$s) x
     group by %2$s having sum(x.n) <> 0 $q$,
    split_part(pairs, '.', 2), c.names, c.kept, c.many, c.named, c.there, c.tuple)
    using private.org_id(), p_dataset, (p_known #>> '{parts,pairs}')::uuid, (p_rule ->> 'rule_id')::uuid;
  execute format('select min(p.n) from %s p', pairs) into least_;
  if least_ < 0 then
    return null;
  end if;
  rule := quality.prepare_rule(p_dataset, p_check, p_rule, pairs, pairs, pairs);
  return p_known || jsonb_build_object('failures', coalesce(rule -> 'found', '0'), 'parts', rule -> 'parts', 'fails', rule -> 'fails');
end
$$;
comment on function quality.carry_pairs(uuid, uuid, jsonb, jsonb) is 'A dependency from its kept pairs and what changed. Internal.';
