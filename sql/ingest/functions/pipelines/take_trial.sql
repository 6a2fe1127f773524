--! owner: cadastre_system
-- The answer to a dry run, once, for whoever asked it; null while it is not there.
create or replace function ingest.take_trial(trial_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  trial private.pipeline_trials;
begin
  perform core.require('pipeline.execute');
  select * into trial from private.pipeline_trials t
   where t.org_id = private.org_id() and t.id = take_trial.trial_id and t.requested_by is not distinct from private.user_id();
  if trial.id is null then
    perform core.raise('IN005', 'no such dry run', 'Its answer is given once, within ten minutes; ask again.');
  end if;
  if trial.result is not null then
    delete from private.pipeline_trials t where t.org_id = trial.org_id and t.id = trial.id;
  end if;
  return trial.result;
end
$$;
comment on function ingest.take_trial(uuid) is
  'The answer to one''s dry run, given once; null while it is under way. Needs pipeline.execute. Error IN005: none.';
revoke execute on function ingest.take_trial(uuid) from public;
grant execute on function ingest.take_trial(uuid) to cadastre_user, cadastre_worker;
