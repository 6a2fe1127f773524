--! owner: cadastre_system
-- Runs whose worker went silent: back into the queue. Whoever takes one gets a new generation, so the silent worker,
-- should it come back, can write nothing. A run that is being merged holds its row and is passed by. p_all: no worker
-- can be alive (an embedded database that has just been started), so no lease counts. A file over which worker after
-- worker went silent is set aside, so that the queue moves on. Executions of pipelines go back likewise, and answers to dry
-- runs that nobody took go.
create or replace function ingest.reap_runs(p_all boolean default false) returns setof ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
  execution ingest.pipeline_runs;
  batch constant int := 1000;
  max_takeovers constant int := 5;
begin
  perform core.require('platform.manage');
  for run in
    select * from ingest.runs r
     where r.status = 'running' and (p_all or r.lease_until < clock_timestamp())
     order by r.lease_until limit batch
     for no key update skip locked
  loop
    update ingest.runs r
       set status = case when r.takeovers < max_takeovers then 'queued' else 'failed' end, lease_until = null,
           lease_generation = r.lease_generation + 1, takeovers = r.takeovers + 1,
           finished_at = case when r.takeovers >= max_takeovers then clock_timestamp() end,
           error = case when r.takeovers >= max_takeovers then jsonb_build_object('code', 'IN017',
             'message', format('%s workers went silent over this file, one after the other', r.takeovers + 1),
             'hint', 'The file is set aside so that others go on. Tell your platform''s operator; the workers'' log has more. Then load it again (forced).') end
     where r.org_id = run.org_id and r.id = run.id
    returning * into run;
    if run.status = 'queued' then
      perform ingest.queue_run(run.org_id, run.id);
    end if;
    perform ingest.tell_run(run.org_id, run.id);
    return next run;
  end loop;
  for execution in
    select * from ingest.pipeline_runs r
     where r.status = 'running' and (p_all or r.lease_until < clock_timestamp())
     order by r.lease_until limit batch
     for no key update skip locked
  loop
    update ingest.pipeline_runs r
       set status = 'queued', lease_until = null, lease_generation = r.lease_generation + 1
     where r.org_id = execution.org_id and r.id = execution.id;
    perform ingest.queue_pipeline_run(execution.org_id, execution.id);
    perform ingest.tell_pipeline_run(execution.org_id, execution.id);
  end loop;
  delete from private.trials t where t.created_at < clock_timestamp() - private.trial_age();
end
$$;
comment on function ingest.reap_runs(boolean) is 'Queues running runs, and pipelines'' executions, whose lease is over (or all of them) again and returns the runs. Needs platform.manage.';
revoke execute on function ingest.reap_runs(boolean) from public;
grant execute on function ingest.reap_runs(boolean) to cadastre_worker;
