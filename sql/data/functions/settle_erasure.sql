-- The end of an erasure, or its wait (p_state waiting: the job comes again after so many seconds). With the end goes what
-- described the person; what stays is who asked, why, and numbers. A search that was the first half of an erasure ends in
-- waiting for another person, who is told; the job comes again when that time is over. For the worker.
create or replace function data.settle_erasure(p_erasure uuid, p_state text, p_error jsonb, p_seconds int default null) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  e data.erasures;
  patience constant interval := '30 days';
begin
  perform core.require('run.execute');
  update data.erasures x
     set state = 'approval', planned = x.found, step = null, error = null, expires_at = clock_timestamp() + patience
   where x.org_id = private.org_id() and x.id = p_erasure and x.state = 'running' and p_state = 'succeeded' and x.needs_approval and x.dry_run
  returning * into e;
  if e.id is not null then
    delete from private.erasure_files f where f.org_id = e.org_id and f.erasure_id = e.id;
    perform core.enqueue('data__erase', json_build_object('orgId', e.org_id, 'erasureId', e.id), null, 'erase:' || e.id, e.expires_at);
    perform audit.record('erasure.found', 'erasure', e.id::text, jsonb_build_object('datasets', e.dataset_ids, 'reason', e.reason, 'numbers', e.found,
      'told', private.tell_compliance(e.org_id, 'erasure.approval', 'erasure', e.id::text, null, 'An erasure waits for approval', e.reason, '/erasures/' || e.id,
                jsonb_build_object('erasureId', e.id, 'datasetIds', e.dataset_ids, 'expiresAt', e.expires_at))));
    return;
  end if;
  update data.erasures x
     set state = p_state, error = p_error, finished_at = case when p_state in ('succeeded', 'failed') then clock_timestamp() end,
         step = case when p_state = 'succeeded' then null else x.step end
   where x.org_id = private.org_id() and x.id = p_erasure and x.state in ('queued', 'running', 'waiting') returning * into e;
  if e.id is null then
    return;
  end if;
  if p_state = 'waiting' then
    perform core.enqueue('data__erase', json_build_object('orgId', e.org_id, 'erasureId', e.id), null, 'erase:' || e.id,
      clock_timestamp() + make_interval(secs => p_seconds));
    return;
  end if;
  delete from private.erasure_subjects s where s.org_id = e.org_id and s.erasure_id = e.id;
  delete from private.erasure_files f where f.org_id = e.org_id and f.erasure_id = e.id;
  perform audit.record('erasure.' || case when p_state = 'failed' then 'fail' when e.dry_run then 'found' else 'finish' end, 'erasure', e.id::text,
    jsonb_build_object('datasets', e.dataset_ids, 'reason', e.reason, 'numbers', e.found, 'error', p_error -> 'code'),
    null, case when p_state = 'failed' then 'refused' else 'done' end);
end
$$;
comment on function data.settle_erasure(uuid, text, jsonb, int) is 'Ends an erasure, or lets it wait. For the worker.';
revoke execute on function data.settle_erasure(uuid, text, jsonb, int) from public;
grant execute on function data.settle_erasure(uuid, text, jsonb, int) to cadastre_worker;
