-- A checked rule (quality.check_relation) in the form of quality.put_results. Internal.
create or replace function quality.result_of(r jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('rule_name', r -> 'name', 'rule_id', r -> 'rule_id', 'version', r -> 'version', 'field', r -> 'target', 'kind', r -> 'kind',
    'dimension', r -> 'dimension', 'severity', r -> 'severity', 'scope', r -> 'scope', 'rows', r -> 'rows', 'failures', r -> 'failures',
    'measured', r -> 'measured', 'passed', r -> 'passed', 'message', r -> 'message')
$$;
comment on function quality.result_of(jsonb) is 'A checked rule as a result. Internal.';
