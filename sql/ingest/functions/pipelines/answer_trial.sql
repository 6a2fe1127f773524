--! owner: cadastre_system
-- Keeps the answer to a dry run until it is taken.
create or replace function ingest.answer_trial(p_trial uuid, p_result jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('pipeline.execute');
  update private.trials t set result = p_result where t.org_id = private.org_id() and t.kind = 'pipeline' and t.id = p_trial;
end
$$;
comment on function ingest.answer_trial(uuid, jsonb) is 'Answers a dry run: {steps, error}.';
revoke execute on function ingest.answer_trial(uuid, jsonb) from public;
grant execute on function ingest.answer_trial(uuid, jsonb) to cadastre_worker;
