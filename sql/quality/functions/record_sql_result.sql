-- What a rule that is SQL returned, recorded with the check that it belongs to, and the check's score made anew. Failing
-- rows are kept like those of other rules; p_error: why it could not be asked, and then it did not pass. A rule that was
-- changed meanwhile is told of the version that is deployed now. The worker's alone.
create or replace function quality.record_sql_result(p_dataset uuid, p_check uuid, p_run uuid, p_name text, p_failures bigint, p_measured numeric,
                                                     p_passed boolean, p_sample jsonb, p_error text default null) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  rule record;
  n record;
  same text;
  s quality.scores;
  kept constant int := 100;
begin
  perform core.require('quality.execute');
  select r.id, r.deployed_version as version, v.dimension, v.severity, v.fields, v.max_failures, v.max_share, d.row_count, c.message into rule
    from quality.rules r
    join quality.rule_versions v on v.org_id = r.org_id and v.rule_id = r.id and v.version = r.deployed_version and v.kind = 'sql'
    join data.datasets d on d.org_id = r.org_id and d.id = r.dataset_id
    cross join lateral quality.compile_rule(r.dataset_id, v.kind, v.fields, v.parameters) c
   where r.org_id = org and r.dataset_id = p_dataset and r.name = p_name;
  if rule.id is null then
    return;
  end if;
  perform quality.put_results(p_dataset, p_check, p_run, jsonb_build_array(jsonb_build_object(
    'rule_name', p_name, 'rule_id', rule.id, 'version', rule.version, 'field', coalesce(rule.fields[1], ''), 'kind', 'sql', 'dimension', rule.dimension,
    'severity', rule.severity, 'scope', 'dataset', 'rows', rule.row_count, 'failures', p_failures, 'measured', p_measured, 'message', coalesce(p_error, rule.message),
    'passed', p_error is null and case when p_measured is not null then p_passed
                else quality.is_passed(p_failures, rule.row_count, rule.max_failures, rule.max_share) end)));
  delete from quality.failing_rows f where f.org_id = org and f.dataset_id = p_dataset and f.check_id = p_check and f.rule_name = p_name;
  -- Where the query gives the dataset's key, the row's line is found by it, as with other rules.
  n := data.dataset_names(p_dataset);
  select string_agg(format('t.%1$I = case when pg_input_is_valid(x.record ->> %1$L, %2$L) then (x.record ->> %1$L)::%2$s end', f.name, f.type), ' and ') into same
    from data.fields f where f.org_id = org and f.dataset_id = p_dataset and f.name = any (n.key_fields);
  execute format('insert into quality.failing_rows (org_id, dataset_id, check_id, rule_name, no, line, record)
    select $1, $2, $3, $4, x.no, (select t.source_line from %s t where %s limit 1), x.record from jsonb_array_elements($5) with ordinality x (record, no) where x.no <= %s',
    n.current_table, coalesce(same, 'false'), kept) using org, p_dataset, p_check, p_name, coalesce(p_sample, '[]');
  select * into s from quality.scores x where x.org_id = org and x.dataset_id = p_dataset and x.check_id = p_check;
  perform quality.settle_check(p_dataset, p_check, p_run, coalesce(s.row_count, rule.row_count));
  -- A check is of its own time, also where the last of its rules is asked after a later check.
  if s.check_id is not null then
    update quality.scores x set checked_at = s.checked_at where x.org_id = org and x.dataset_id = p_dataset and x.check_id = p_check;
  end if;
end
$$;
comment on function quality.record_sql_result(uuid, uuid, uuid, text, bigint, numeric, boolean, jsonb, text) is
  'Records what a rule that is SQL returned. The worker''s. Needs quality.execute.';
grant execute on function quality.record_sql_result(uuid, uuid, uuid, text, bigint, numeric, boolean, jsonb, text) to cadastre_worker;
