-- Asks all deployed rules of the rows in force, by hand, and records what they find as a check of its own. What the check
-- before found goes on where it can (quality.check_current).
create or replace function quality.run_rules(dataset_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  rules jsonb;
  checked jsonb;
  this uuid := uuidv7();
  rows bigint;
  earned numeric;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.execute', run_rules.dataset_id);
  perform quality.require_whole(run_rules.dataset_id);
  select coalesce(jsonb_agg(to_jsonb(r)), '[]') into rules
    from (select row_number() over () as no, a.* from quality.active_rules(run_rules.dataset_id) a) r;
  checked := quality.check_current(run_rules.dataset_id, this, 'check', rules);
  rules := checked -> 'rules';
  rows := checked -> 'rows';
  perform quality.put_results(run_rules.dataset_id, this, null, (select jsonb_agg(quality.result_of(r)) from jsonb_array_elements(rules) r));
  earned := quality.settle_check(run_rules.dataset_id, this, null, rows);
  return jsonb_build_object('check', this, 'rows', rows, 'carried', checked -> 'carried', 'score', earned, 'queued', quality.queue_sql_rules(run_rules.dataset_id, this, null), 'results',
    (select coalesce(jsonb_agg(quality.result_of(r) - 'rule_id' order by r ->> 'name'), '[]') from jsonb_array_elements(rules) r));
end
$$;
comment on function quality.run_rules(uuid) is
  'Checks the rows in force by the deployed rules now: {check, rows, carried: how many rules were asked of the rows alone that changed since the check before, score, queued: rules that are SQL and are asked by the worker, results}. Needs quality.execute. Error DS001.';
grant execute on function quality.run_rules(uuid) to cadastre_user, cadastre_worker;
