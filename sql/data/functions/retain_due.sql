--! owner: cadastre_system
-- Datasets whose retention is due, over all organizations, for the worker's clock. Found by index.
create or replace function data.retention_due(p_limit int) returns table (org_id uuid, dataset_id uuid)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('platform.manage');
  return query select r.org_id, r.dataset_id from data.retention_rules r where r.next_run_at <= clock_timestamp() order by r.next_run_at limit p_limit;
end
$$;
comment on function data.retention_due(int) is 'Datasets whose retention is due. Needs platform.manage.';
revoke execute on function data.retention_due(int) from public;
grant execute on function data.retention_due(int) to cadastre_worker;
