--! owner: cadastre_jobs
-- Puts a job on the worker's queue in the caller's transaction: no commit, no job. One queue an organization: serial
-- within, parallel across. Owned by the queue's owner, since the queue's tables are closed to everyone else.
--
-- keep_time: a waiting job of the same key keeps its time, so that what is asked for again and again does come.
drop function if exists core.enqueue(text, json, text, text, timestamptz);
drop function if exists core.enqueue(text, json, text, text, timestamptz, int);
create or replace function core.enqueue(task text, payload json, queue text, job_key text, run_at timestamptz default null,
                                        turn int default 0, keep_time boolean default false)
returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform graphile_worker.add_job(task, payload, queue, run_at, 25, job_key, turn, null, case when keep_time then 'preserve_run_at' else 'replace' end);
end
$$;
comment on function core.enqueue(text, json, text, text, timestamptz, int, boolean) is
  'Adds a job: task name, payload, queue (serial), unique key (a second call replaces a waiting job), earliest time, turn (lower ones are taken first), whether a waiting one keeps its time.';
revoke execute on function core.enqueue(text, json, text, text, timestamptz, int, boolean) from public;
grant execute on function core.enqueue(text, json, text, text, timestamptz, int, boolean) to cadastre_owner, cadastre_system, cadastre_worker;
