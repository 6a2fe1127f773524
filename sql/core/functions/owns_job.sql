--! owner: cadastre_jobs
-- Does the worker still hold the job? One that was silent for too long (a frozen process) has lost it: it was put back, and
-- perhaps taken by another one, or once more by the same process: each taking is an attempt of its own. The queue deletes a
-- finished job whoever says that it is finished, so who has lost it must not say so.
drop function if exists core.owns_job(bigint, text);
create or replace function core.owns_job(job_id bigint, worker text, attempt int) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return exists (select from graphile_worker._private_jobs j where j.id = owns_job.job_id and j.locked_by = worker
      -- One that was queued anew while it ran will not be tried again: the queue calls its attempts used up.
      and j.attempts in (owns_job.attempt, j.max_attempts));
end
$$;
comment on function core.owns_job(bigint, text, int) is 'True while the worker holds the job by this attempt.';
revoke execute on function core.owns_job(bigint, text, int) from public;
grant execute on function core.owns_job(bigint, text, int) to cadastre_worker;
