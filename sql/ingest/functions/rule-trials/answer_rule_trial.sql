-- Keeps the answer to a dry run of a rule until it is taken. Whether failures are within the rule's thresholds is judged here,
-- by what judges checks: the query ran on a login that knows of no rules.
create or replace function ingest.answer_rule_trial(p_trial uuid, p_result jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  trial private.trials;
  told jsonb;
  past jsonb;
begin
  perform core.require('quality.execute');
  trial := private.find_trial('rule', p_trial);
  select jsonb_agg(x.item || jsonb_build_object('passed', x.item ->> 'error' is null and case
           when x.item ->> 'measured' is not null then (x.item ->> 'passed')::boolean
           else quality.is_passed((x.item ->> 'failures')::bigint, (x.item ->> 'rows')::bigint,
                  (trial.definition ->> 'max_failures')::bigint, (trial.definition ->> 'max_share')::numeric) end) order by x.no)
    into told
    from jsonb_array_elements(jsonb_build_array(p_result - 'loads') || (p_result -> 'loads')) with ordinality x (item, no);
  past := told - 0;
  update private.trials t
     set result = (told -> 0) || jsonb_build_object('loads', past, 'held',
           (select count(*) from jsonb_array_elements(past) l where not (l ->> 'passed')::boolean))
   where t.org_id = trial.org_id and t.id = trial.id;
end
$$;
comment on function ingest.answer_rule_trial(uuid, jsonb) is
  'Answers a dry run of a rule: {rows, failures, measured, passed (of what is measured), error, loads: the same of each, ...}; passed and held are judged. The worker''s.';
revoke execute on function ingest.answer_rule_trial(uuid, jsonb) from public;
grant execute on function ingest.answer_rule_trial(uuid, jsonb) to cadastre_worker;
