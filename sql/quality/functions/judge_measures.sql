-- Do statistics lie between their bounds? [{no, measured}] with passed, for rules [{no, low, high}]; others as they are. A
-- statistic of nothing (no rows, no values) is no failure of its own. Internal.
create or replace function quality.judge_measures(p_measured jsonb, p_rules jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_agg(case when not m.m ? 'measured' then m.m else m.m || jsonb_build_object('passed',
           coalesce((m.m ->> 'measured')::numeric >= (r.r ->> 'low')::numeric, true) and coalesce((m.m ->> 'measured')::numeric <= (r.r ->> 'high')::numeric, true)) end), '[]')
    from jsonb_array_elements(p_measured) m (m) join jsonb_array_elements(p_rules) r (r) on r.r ->> 'no' = m.m ->> 'no'
$$;
comment on function quality.judge_measures(jsonb, jsonb) is 'Statistics with whether they passed. Internal.';
