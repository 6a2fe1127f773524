-- The answer to a dry run of a rule, once, for whoever asked it; null while it is not there.
create or replace function ingest.take_rule_trial(trial_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  trial private.rule_trials;
begin
  perform core.require('quality.view');
  select * into trial from private.rule_trials t
   where t.org_id = private.org_id() and t.id = take_rule_trial.trial_id and t.requested_by is not distinct from private.user_id();
  if trial.id is null then
    perform core.raise('QC019', 'no such dry run', 'Its answer is given once, within ten minutes; ask again.');
  end if;
  if trial.result is not null then
    delete from private.rule_trials t where t.org_id = trial.org_id and t.id = trial.id;
  end if;
  return trial.result;
end
$$;
comment on function ingest.take_rule_trial(uuid) is
  'The answer to one''s dry run of a rule, given once; null while it is under way: {rows, failures, measured, passed, message, error, sample, loads: [{run, at, rows, failures, measured, passed, error}], of, held, limited}. Needs quality.view. Error QC019: none.';
revoke execute on function ingest.take_rule_trial(uuid) from public;
grant execute on function ingest.take_rule_trial(uuid) to cadastre_user, cadastre_worker;
