-- Rows that a replay rejected once more: their raw record is the first run's, their values are the corrected ones.
create or replace function ingest.record_replay_rejected(p_run uuid, p_generation int) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run ingest.runs;
begin
  perform core.require('run.execute');
  run := ingest.assert_lease(p_run, p_generation);
  execute format($q$
    insert into ingest.rejected_rows (org_id, run_id, line, dataset_id, raw, record)
    select x.org_id, $3, x.line, x.dataset_id, x.raw, coalesce(x.record, '{}') || coalesce(x.fixed, '{}')
      from ingest.rejected_rows x join %s o on o.line = x.line and o.reason <> 'duplicate'
     where x.org_id = $1 and x.run_id = $2 and x.replay_run = $3
    on conflict do nothing $q$, ingest.landing_name(p_run, p_generation, 'out'))
    using run.org_id, run.replay_of, run.id;
end
$$;
comment on function ingest.record_replay_rejected(uuid, int) is 'Stores rows that a replay rejected again. Error IN007.';
grant execute on function ingest.record_replay_rejected(uuid, int) to cadastre_worker;
