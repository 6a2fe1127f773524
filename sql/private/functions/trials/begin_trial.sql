-- Keeps what a dry run is asked for until a worker answers it, and queues the job; what nobody took goes first. null: too
-- many of the organization's are under way. Internal.
create or replace function private.begin_trial(p_kind text, p_dataset uuid, p_definition jsonb, p_settings jsonb, p_job text) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  made uuid;
  most_waiting constant int := 20;
begin
  delete from private.trials t where t.org_id = org and t.created_at < clock_timestamp() - private.trial_age();
  if (select count(*) from private.trials t where t.org_id = org and t.kind = p_kind) >= most_waiting then
    return null;
  end if;
  insert into private.trials (org_id, kind, requested_by, dataset_id, definition, settings)
  values (org, p_kind, private.user_id(), p_dataset, p_definition, p_settings)
  returning id into made;
  -- Not in the organization's queue, where long loads would keep people waiting.
  perform core.enqueue(p_job, json_build_object('orgId', org, 'trialId', made), p_kind || '_trial:' || org, 'trial:' || made);
  return made;
end
$$;
comment on function private.begin_trial(text, uuid, jsonb, jsonb, text) is 'Keeps a dry run that is asked for and queues it; null: too many. Internal.';
grant execute on function private.begin_trial(text, uuid, jsonb, jsonb, text) to cadastre_system;
