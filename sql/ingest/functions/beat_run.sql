-- A worker says that it is still at it, and where. False: the lease belongs to somebody else now, stop.
create or replace function ingest.beat_run(p_run uuid, p_generation int, p_step text default null, p_bytes bigint default null,
                                           p_seconds int default 60, p_detail jsonb default null)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  before text;
begin
  perform core.require('run.execute');
  select r.step into before from ingest.runs r where r.org_id = private.org_id() and r.id = p_run;
  update ingest.runs r
     set lease_until = clock_timestamp() + make_interval(secs => p_seconds), step = coalesce(p_step, r.step),
         bytes_done = greatest(r.bytes_done, coalesce(p_bytes, 0))
   where r.org_id = private.org_id() and r.id = p_run and r.status = 'running' and r.lease_generation = p_generation
  returning * into run;
  if run.id is null then
    return false;
  end if;
  if p_step is distinct from before and p_step is not null then
    update ingest.run_steps s set status = 'succeeded', finished_at = clock_timestamp(), detail = coalesce(p_detail, s.detail)
     where s.org_id = run.org_id and s.run_id = run.id and s.status = 'running';
    insert into ingest.run_steps (org_id, run_id, step, attempt, status)
    values (run.org_id, run.id, p_step, p_generation, 'running')
    on conflict do nothing;
  end if;
  perform ingest.tell_run(run.org_id, run.id);
  return true;
end
$$;
comment on function ingest.beat_run(uuid, int, text, bigint, int, jsonb) is
  'Extends a lease and tells step and bytes; p_detail goes to the step that ends. False: the lease is lost.';
grant execute on function ingest.beat_run(uuid, int, text, bigint, int, jsonb) to cadastre_worker;
