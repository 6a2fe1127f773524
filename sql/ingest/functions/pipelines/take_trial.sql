--! owner: cadastre_system
-- The answer to a dry run, once, for whoever asked it; null while it is not there.
create or replace function ingest.take_trial(trial_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  trial private.trials;
begin
  perform core.require('pipeline.execute');
  trial := private.end_trial('pipeline', take_trial.trial_id);
  if trial.id is null then
    perform core.raise('IN005', 'no such dry run', 'Its answer is given once, within ten minutes; ask again.');
  end if;
  return trial.result;
end
$$;
comment on function ingest.take_trial(uuid) is
  'The answer to one''s dry run, given once; null while it is under way. Needs pipeline.execute. Error IN005: none.';
revoke execute on function ingest.take_trial(uuid) from public;
grant execute on function ingest.take_trial(uuid) to cadastre_user, cadastre_worker;
