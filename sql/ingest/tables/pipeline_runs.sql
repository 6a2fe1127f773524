comment on table ingest.pipeline_runs is 'One execution of a pipeline; its result is a file and a load (run_id).';
comment on column ingest.pipeline_runs.status is 'queued, running, waiting (something is down), submitted (its result is being loaded), succeeded (nothing to load), failed, cancelled.';
comment on column ingest.pipeline_runs.error is '{code, message, hint, step, position}; what of it holds rows'' values is in pipeline_failures.';
comment on column ingest.pipeline_runs.rerun_from is 'start: all of it again; load: only the loads of its results that failed.';

alter table ingest.pipeline_runs enable row level security, force row level security;
drop policy if exists select_member on ingest.pipeline_runs;
create policy select_member on ingest.pipeline_runs for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.pipeline_runs;
create policy all_owner on ingest.pipeline_runs for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.pipeline_runs;
create policy all_system on ingest.pipeline_runs for all to cadastre_system using (true) with check (true);
grant select on ingest.pipeline_runs to cadastre_user, cadastre_worker;
grant select, update on ingest.pipeline_runs to cadastre_system;
create or replace trigger contracts__remake_views after insert on data.contracts
  for each row execute function ingest.tg_contracts__remake_views();
create or replace trigger pipeline_runs__signal after update of status on ingest.pipeline_runs
  for each row when (old.status is distinct from new.status and new.status in ('submitted', 'succeeded', 'failed', 'cancelled'))
  execute function ingest.tg_pipeline_runs__signal();
