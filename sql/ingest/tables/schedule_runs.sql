comment on table ingest.schedule_runs is 'What a schedule started: waiting, running, and how it ended.';
comment on column ingest.schedule_runs.state is 'waiting (reason says for what), running, succeeded, failed, held (a load waits for a person), cancelled.';
comment on column ingest.schedule_runs.trigger_run is 'The upstream load or pipeline run whose success started this one.';
comment on column ingest.schedule_runs.rerun_from is 'start: all of it again; step: the pipeline from its failed step; load: only the loads that failed.';
comment on column ingest.schedule_runs.error is '{code, message, hint}: why it failed.';
comment on column ingest.schedule_runs.load_ids is 'Loads that it submitted.';

alter table ingest.schedule_runs enable row level security, force row level security;
drop policy if exists select_member on ingest.schedule_runs;
create policy select_member on ingest.schedule_runs for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.schedule_runs;
create policy all_owner on ingest.schedule_runs for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.schedule_runs;
create policy all_system on ingest.schedule_runs for all to cadastre_system using (true) with check (true);
grant select on ingest.schedule_runs to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.schedule_runs to cadastre_system;
