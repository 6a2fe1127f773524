-- The answer to a dry run of a rule, once, for whoever asked it; null while it is not there.
create or replace function ingest.take_rule_trial(trial_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  trial private.trials;
begin
  perform core.require('quality.view');
  trial := private.end_trial('rule', take_rule_trial.trial_id);
  if trial.id is null then
    perform core.raise('QC019', 'no such dry run', 'Its answer is given once, within ten minutes; ask again.');
  end if;
  return trial.result;
end
$$;
comment on function ingest.take_rule_trial(uuid) is
  'The answer to one''s dry run of a rule, given once; null while it is under way: {rows, failures, measured, passed, message, error, sample, loads: [{run, at, rows, failures, measured, passed, error}], of, held, limited}. Needs quality.view. Error QC019: none.';
revoke execute on function ingest.take_rule_trial(uuid) from public;
grant execute on function ingest.take_rule_trial(uuid) to cadastre_user, cadastre_worker;
