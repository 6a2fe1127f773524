-- Keeps the answer to a dry run of a rule until it is taken.
create or replace function ingest.answer_rule_trial(p_trial uuid, p_result jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('quality.execute');
  update private.rule_trials t set result = p_result where t.org_id = private.org_id() and t.id = p_trial;
end
$$;
comment on function ingest.answer_rule_trial(uuid, jsonb) is 'Answers a dry run of a rule. The worker''s.';
revoke execute on function ingest.answer_rule_trial(uuid, jsonb) from public;
grant execute on function ingest.answer_rule_trial(uuid, jsonb) to cadastre_worker;
