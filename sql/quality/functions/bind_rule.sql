-- A rule of a set as a definition for one dataset: its slots replaced by fields ({slot: field}), named after both. Internal.
create or replace function quality.bind_rule(p_rule jsonb, p_fields jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select (p_rule - 'slots' - 'source')
         || jsonb_build_object(
              'name', left(concat_ws('_', p_rule ->> 'name', nullif(f.first, p_rule ->> 'name')), 80), 'fields', f.names,
              'description', left(concat_ws(E'\n', nullif(p_rule ->> 'description', ''), p_rule ->> 'source'), 4000))
         || case when p_rule -> 'parameters' ? 'to'
                 then jsonb_build_object('parameters', (p_rule -> 'parameters') || jsonb_build_object('to', p_fields ->> (p_rule -> 'parameters' ->> 'to'))) else '{}' end
    from (select coalesce(jsonb_agg(p_fields -> s.slot order by s.no), '[]') as names, ltrim(min(p_fields ->> s.slot) filter (where s.no = 1), '_') as first
            from jsonb_array_elements_text(coalesce(p_rule -> 'fields', '[]')) with ordinality s (slot, no)) f
$$;
comment on function quality.bind_rule(jsonb, jsonb) is 'A rule set''s rule as a definition for a dataset. Internal.';
