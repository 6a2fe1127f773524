-- How far something that was started has come: a reading or an execution and the loads that it submitted, or loads alone.
-- state: running, succeeded, failed, held (a person is asked), cancelled. Internal.
create or replace function ingest.outcome_of(p_org uuid, p_pull uuid, p_execution uuid, p_loads uuid[], out state text, out load_ids uuid[], out error jsonb)
returns record
language plpgsql stable
set search_path = ''
as $$
declare
  p record;
  n record;
begin
  load_ids := p_loads;
  if p_pull is not null then
    select x.status, x.run_ids, x.error into p from ingest.source_pulls x where x.org_id = p_org and x.id = p_pull;
    load_ids := coalesce(p.run_ids, '{}');
  elsif p_execution is not null then
    select x.status, x.error into p from ingest.pipeline_runs x where x.org_id = p_org and x.id = p_execution;
    load_ids := array(
      select x.run_id from ingest.pipeline_runs x where x.org_id = p_org and x.id = p_execution and x.run_id is not null
      union
      select y.run_id from ingest.pipeline_run_steps y where y.org_id = p_org and y.pipeline_run_id = p_execution and y.run_id is not null);
  else
    select 'succeeded' as status, null::jsonb as error into p;
  end if;
  if p.status in ('queued', 'running', 'waiting') then
    state := 'running';
    return;
  elsif p.status in ('failed', 'cancelled') then
    state := p.status;
    error := p.error;
    return;
  end if;
  select count(*) filter (where x.status in ('queued', 'running', 'waiting')) as open, count(*) filter (where x.status = 'failed') as failed,
         count(*) filter (where x.status = 'held') as held, count(*) filter (where x.status = 'cancelled') as cancelled,
         (array_agg(x.error order by x.created_at) filter (where x.status = 'failed'))[1] as error
    into n from ingest.runs x where x.org_id = p_org and x.id = any (load_ids);
  state := case when n.open > 0 then 'running' when n.failed > 0 then 'failed' when n.held > 0 then 'held'
                when n.cancelled > 0 then 'cancelled' else 'succeeded' end;
  -- Without the places in the file, which not everybody who sees schedules may see.
  error := n.error - '{line,column,sample,value}'::text[];
end
$$;
comment on function ingest.outcome_of(uuid, uuid, uuid, uuid[]) is 'State, loads and error of what was started. Internal.';
grant execute on function ingest.outcome_of(uuid, uuid, uuid, uuid[]) to cadastre_system;
