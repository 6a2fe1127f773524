-- Statistics of a load in the form in which the gate is asked (ingest.gate_reason). Internal.
create or replace function ingest.held_by(p_measured jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('field', m -> 'target', 'rule', m -> 'name', 'severity', m -> 'severity', 'rows', coalesce((m ->> 'failures')::bigint, 1),
           'holds', m ->> 'action' = 'hold', 'measured', m -> 'measured', 'passed', m -> 'passed', 'message', m -> 'message')), '[]')
    from jsonb_array_elements(p_measured) m where not (m ->> 'passed')::boolean
$$;
comment on function ingest.held_by(jsonb) is 'Failed statistics as the gate is asked about them. Internal.';
