--! owner: cadastre_system
-- The success of a pipeline or of a dataset's load: whoever waits for any of its upstreams is due, whoever waits for all of
-- them when the last is there. Internal.
create or replace function ingest.wake_downstream(p_org uuid, p_kind text, p_object uuid, p_cause uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  waiting uuid[];
begin
  -- The schedules before their upstreams, as whoever changes a schedule takes them.
  waiting := array(
    select s.id from ingest.schedules s
     where s.org_id = p_org and s.trigger = 'upstream' and not s.paused
       and s.id in (select u.schedule_id from ingest.schedule_upstreams u
                     where u.org_id = p_org and ((p_kind = 'pipeline' and u.pipeline_id = p_object) or (p_kind = 'dataset' and u.dataset_id = p_object)))
     order by s.id for no key update);
  update ingest.schedule_upstreams u set satisfied_at = clock_timestamp()
   where u.org_id = p_org and u.schedule_id = any (waiting)
     and ((p_kind = 'pipeline' and u.pipeline_id = p_object) or (p_kind = 'dataset' and u.dataset_id = p_object));
  with due as (
    update ingest.schedules s set next_due_at = clock_timestamp(), pending_cause = p_cause
     where s.org_id = p_org and s.id = any (waiting)
       and (s.upstream_mode = 'any'
            or not exists (select from ingest.schedule_upstreams u where u.org_id = s.org_id and u.schedule_id = s.id and u.satisfied_at is null))
    returning s.org_id, s.id)
  update ingest.schedule_upstreams u set satisfied_at = null from due d where u.org_id = d.org_id and u.schedule_id = d.id;
end
$$;
comment on function ingest.wake_downstream(uuid, text, uuid, uuid) is 'Makes schedules due that wait for a pipeline or dataset. Internal.';
revoke execute on function ingest.wake_downstream(uuid, text, uuid, uuid) from public;
