-- Two objects of numbers, added up; what is 0 is left out. Internal.
create or replace function ingest.add_counts(p_first jsonb, p_second jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(x.key, x.n), '{}')
    from (select v.key, sum(v.value::bigint) as n from (select * from jsonb_each_text(p_first) union all select * from jsonb_each_text(p_second)) v
           group by 1 having sum(v.value::bigint) > 0) x
$$;
comment on function ingest.add_counts(jsonb, jsonb) is 'Adds up two objects of numbers. Internal.';
revoke execute on function ingest.add_counts(jsonb, jsonb) from public;
grant execute on function ingest.add_counts(jsonb, jsonb) to cadastre_worker;
