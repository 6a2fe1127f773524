--! owner: cadastre_system
-- What steps made is kept for a week: by then whoever wanted to go on has.
create or replace function private.sweep_kept_steps() returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  swept bigint;
  kept constant interval := '7 days';
  batch constant int := 1000;
  moment constant timestamptz := clock_timestamp();
begin
  perform core.require('platform.manage');
  delete from private.kept_steps k
   where (k.org_id, k.pipeline_run_id) in (
     select x.org_id, x.pipeline_run_id from private.kept_steps x where x.kept_at < moment - kept order by x.kept_at limit batch);
  get diagnostics swept = row_count;
  return swept;
end
$$;
comment on function private.sweep_kept_steps() is 'Drops what steps made a week ago; gives of how many executions. Needs platform.manage.';
revoke execute on function private.sweep_kept_steps() from public;
grant execute on function private.sweep_kept_steps() to cadastre_worker;
