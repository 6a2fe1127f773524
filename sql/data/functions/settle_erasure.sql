-- The end of an erasure, or its wait (p_state waiting: the job comes again after so many seconds). With the end goes what
-- described the person; what stays is who asked, why, and numbers. For the worker.
create or replace function data.settle_erasure(p_erasure uuid, p_state text, p_error jsonb, p_seconds int default null) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  e data.erasures;
begin
  perform core.require('run.execute');
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
