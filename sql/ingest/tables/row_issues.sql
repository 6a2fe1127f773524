comment on table ingest.row_issues is 'Rules that rows broke: line, column, rule, value, message, remedy.';

alter table ingest.row_issues enable row level security, force row level security;
drop policy if exists select_member on ingest.row_issues;
-- Rows as they came, before any filter or mask could tell what of them may be seen: nothing of them for whom a filter or
-- mask of the dataset binds.
create policy select_member on ingest.row_issues for select to public
  using (org_id = (select private.org_id())
         and (((select private.has_permission('run.view')) and (select private.denied_objects('run.view', 'dataset')) = '{}'::text[]
               and (select private.bound_datasets()) = '{}'::uuid[])
              or exists (select from ingest.runs r
                          where r.org_id = row_issues.org_id and r.id = row_issues.run_id
                            and coalesce(r.dataset_id <> all ((select private.bound_datasets())::uuid[]), true))));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.row_issues;
create policy all_owner on ingest.row_issues for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- The worker writes what its steps find, within the organization that its claim names.
drop policy if exists write_worker on ingest.row_issues;
create policy write_worker on ingest.row_issues for all to cadastre_worker
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.row_issues;
create policy all_system on ingest.row_issues for all to cadastre_system using (true) with check (true);
grant select on ingest.row_issues to cadastre_user;
grant select, insert, update, delete on ingest.row_issues to cadastre_worker;
grant select, update, delete on ingest.row_issues to cadastre_system;
