-- What two places tell of a person, in one: keys, conditions and texts of both. Internal.
create or replace function data.merge_subject(p_first jsonb, p_second jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select p_first || jsonb_build_object(
    'keys', (select coalesce(jsonb_agg(distinct x.v), '[]') from jsonb_array_elements((p_first -> 'keys') || (p_second -> 'keys')) x (v)),
    'conditions', (select coalesce(jsonb_agg(distinct x.v), '[]') from jsonb_array_elements((p_first -> 'conditions') || (p_second -> 'conditions')) x (v)),
    'texts', (select coalesce(jsonb_object_agg(t.key, t.list), '{}')
                from (select f.key, jsonb_agg(distinct e.v) as list
                        from (select * from jsonb_each(p_first -> 'texts') union all select * from jsonb_each(p_second -> 'texts')) f
                        cross join jsonb_array_elements(f.value) e (v) group by f.key) t))
$$;
comment on function data.merge_subject(jsonb, jsonb) is 'Joins what is known of a person from two places. Internal.';
revoke execute on function data.merge_subject(jsonb, jsonb) from public;
