comment on table ingest.pipeline_failures is 'What of a failed execution holds rows'' values: the database''s own words and a sample.';

alter table ingest.pipeline_failures enable row level security, force row level security;
drop policy if exists select_member on ingest.pipeline_failures;
-- Values as they came, before any filter or mask could tell what of them may be seen: for whom one binds only their own.
create policy select_member on ingest.pipeline_failures for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view'))
         and ((select private.bound_datasets()) = '{}'::uuid[]
              or exists (select from ingest.pipeline_runs r
                          where r.org_id = pipeline_failures.org_id and r.id = pipeline_failures.pipeline_run_id and r.requested_by = (select private.user_id()))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.pipeline_failures;
create policy all_owner on ingest.pipeline_failures for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.pipeline_failures;
create policy all_system on ingest.pipeline_failures for all to cadastre_system using (true) with check (true);
grant select on ingest.pipeline_failures to cadastre_user, cadastre_worker;
