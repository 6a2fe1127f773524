--! owner: cadastre_jobs
-- Puts a job on the worker's queue in the caller's transaction: no commit, no job. One queue an organization: serial
-- within, parallel across. Owned by the queue's owner, since the queue's tables are closed to everyone else.
drop function if exists core.enqueue(text, json, text, text, timestamptz);
create or replace function core.enqueue(task text, payload json, queue text, job_key text, run_at timestamptz default null,
                                        turn int default 0)
returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform graphile_worker.add_job(task, payload, queue, run_at, 25, job_key, turn);
end
$$;
comment on function core.enqueue(text, json, text, text, timestamptz, int) is
  'Adds a job: task name, payload, queue (serial), unique key (a second call replaces a waiting job), earliest time, turn (lower ones are taken first).';
revoke execute on function core.enqueue(text, json, text, text, timestamptz, int) from public;
grant execute on function core.enqueue(text, json, text, text, timestamptz, int) to cadastre_owner, cadastre_system, cadastre_worker;
