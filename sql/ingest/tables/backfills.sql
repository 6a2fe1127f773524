comment on table ingest.backfills is 'Ranges of sources or pipelines that are filled in part by part.';
comment on column ingest.backfills.state is 'running, paused, succeeded, failed (resume_backfill goes on), cancelled.';
comment on column ingest.backfills.done is 'Slices that are loaded, of slices.';
comment on column ingest.backfills.newest_first is 'The last part of the range is done first.';
comment on column ingest.backfills.at_once is 'Parts that may be under way at once; of a source one.';
comment on column ingest.backfills.reason is 'What it waits for.';

alter table ingest.backfills enable row level security, force row level security;
drop policy if exists select_member on ingest.backfills;
create policy select_member on ingest.backfills for select to public
  using (org_id = (select private.org_id())
         and (source_id is not null and (select private.has_permission('datasource.view'))
              or pipeline_id is not null and (select private.has_permission('pipeline.view'))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.backfills;
create policy all_owner on ingest.backfills for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.backfills;
create policy all_system on ingest.backfills for all to cadastre_system using (true) with check (true);
grant select on ingest.backfills to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.backfills to cadastre_system;
