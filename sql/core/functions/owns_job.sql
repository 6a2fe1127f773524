--! owner: cadastre_jobs
-- Does the worker still hold the job? One that was silent for too long (a frozen process) has lost it: it was put back, and
-- perhaps taken by another one. The queue deletes a finished job whoever says that it is finished, so who has lost it
-- must not say so.
create or replace function core.owns_job(job_id bigint, worker text) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return exists (select from graphile_worker._private_jobs j where j.id = owns_job.job_id and j.locked_by = worker);
end
$$;
comment on function core.owns_job(bigint, text) is 'True while the worker holds the job.';
revoke execute on function core.owns_job(bigint, text) from public;
grant execute on function core.owns_job(bigint, text) to cadastre_worker;
