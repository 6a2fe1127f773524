-- Asks all deployed rules of the rows in force, by hand, and records what they find as a check of its own.
create or replace function quality.run_rules(dataset_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  n record;
  rules jsonb;
  this uuid := uuidv7();
  rows bigint;
  earned numeric;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.execute', run_rules.dataset_id);
  perform quality.require_whole(run_rules.dataset_id);
  n := data.dataset_names(run_rules.dataset_id);
  select coalesce(jsonb_agg(to_jsonb(r)), '[]') into rules
    from (select row_number() over () as no, a.* from quality.active_rules(run_rules.dataset_id) a) r;
  rules := quality.check_relation(run_rules.dataset_id, this, n.current_table, n.current_table, rules);
  execute format('select count(*) from %s', n.current_table) into rows;
  perform quality.put_results(run_rules.dataset_id, this, null, (select jsonb_agg(quality.result_of(r)) from jsonb_array_elements(rules) r));
  earned := quality.settle_check(run_rules.dataset_id, this, null, rows);
  return jsonb_build_object('check', this, 'rows', rows, 'score', earned, 'queued', quality.queue_sql_rules(run_rules.dataset_id, this, null), 'results',
    (select coalesce(jsonb_agg(quality.result_of(r) - 'rule_id' order by r ->> 'name'), '[]') from jsonb_array_elements(rules) r));
end
$$;
comment on function quality.run_rules(uuid) is
  'Checks the rows in force by the deployed rules now: {check, rows, score, queued: rules that are SQL and are asked by the worker, results}. Needs quality.execute. Error DS001.';
grant execute on function quality.run_rules(uuid) to cadastre_user, cadastre_worker;
