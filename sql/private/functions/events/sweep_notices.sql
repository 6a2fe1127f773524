--! owner: cadastre_system
-- Forgets deliveries that ended a month ago, notifications of half a year ago, and quiet times that are long over.
create or replace function private.sweep_notices() returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  gone bigint;
  batch constant int := 20000;
begin
  perform core.require('platform.manage');
  delete from ops.webhook_deliveries d where (d.org_id, d.id) in (
    select x.org_id, x.id from ops.webhook_deliveries x
     where x.status <> 'pending' and x.finished_at < clock_timestamp() - interval '30 days' order by x.finished_at limit batch);
  get diagnostics gone = row_count;
  delete from ops.notifications n where n.created_at < clock_timestamp() - interval '180 days';
  delete from private.notice_times t where t.told_at < clock_timestamp() - interval '8 days';
  return gone;
end
$$;
comment on function private.sweep_notices() is 'Deletes old deliveries and notifications; returns how many deliveries. Needs platform.manage.';
revoke execute on function private.sweep_notices() from public;
grant execute on function private.sweep_notices() to cadastre_worker;
