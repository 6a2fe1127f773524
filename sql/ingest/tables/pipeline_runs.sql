comment on table ingest.pipeline_runs is 'One execution of a pipeline; its result is a file and a load (run_id).';
comment on column ingest.pipeline_runs.status is 'queued, running, waiting (something is down), submitted (its result is being loaded), succeeded (nothing to load), failed, cancelled.';
comment on column ingest.pipeline_runs.error is '{code, message, hint, step, position}; what of it holds rows'' values is in pipeline_failures.';
comment on column ingest.pipeline_runs.rerun_from is 'start: all of it again; step: from rerun_step on; load: only the loads of its results that failed.';
comment on column ingest.pipeline_runs.rerun_step is 'The step that a re-run began at; what came before it was kept.';
comment on column ingest.pipeline_runs.rerun_reason is 'Why a re-run began at its first step.';
comment on column ingest.pipeline_runs.kept_step is 'Of a failed execution: the last step whose rows are still kept, so that a re-run may begin behind it.';
comment on column ingest.pipeline_runs.range is '{from (inclusive), to (exclusive)} of an execution over a part.';
comment on column ingest.pipeline_runs.backfill_id is 'The backfill whose part it is.';

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
