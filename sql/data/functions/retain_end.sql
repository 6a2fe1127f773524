-- What a run of retention did. More to do: it is due again soon.
create or replace function data.retain_end(p_dataset uuid, p_result jsonb, p_more boolean) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  update data.retention_rules r
     set last_run_at = clock_timestamp(), last_result = p_result,
         next_run_at = case
           when p_more then clock_timestamp() + interval '1 minute'
           -- What somebody looks at is archived again when the look is over.
           else least(clock_timestamp() + interval '1 day', (select max(a.attached_until) from data.archives a
             where a.org_id = r.org_id and a.dataset_id = r.dataset_id and a.state = 'attached' and a.attached_until > clock_timestamp()))
         end
   where r.org_id = private.org_id() and r.dataset_id = p_dataset;
end
$$;
comment on function data.retain_end(uuid, jsonb, boolean) is 'Notes what a run of retention did. For the worker.';
revoke execute on function data.retain_end(uuid, jsonb, boolean) from public;
grant execute on function data.retain_end(uuid, jsonb, boolean) to cadastre_worker;
