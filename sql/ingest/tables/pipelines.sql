comment on table ingest.pipelines is 'A way from a file or datasets to a dataset: input, steps, output. Its definition is versioned.';
comment on column ingest.pipelines.origin_version is 'Version of the template that it was installed from or last updated to.';

alter table ingest.pipelines enable row level security, force row level security;
drop policy if exists select_member on ingest.pipelines;
create policy select_member on ingest.pipelines for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.pipelines;
create policy all_owner on ingest.pipelines for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.pipelines;
create policy all_system on ingest.pipelines for all to cadastre_system using (true) with check (true);
grant select on ingest.pipelines to cadastre_user, cadastre_worker;
grant select on ingest.pipelines to cadastre_system;
create or replace trigger pipelines__touch before update on ingest.pipelines for each row execute function core.tg_touch();
create or replace trigger pipelines__refuse_cycle after update of version on ingest.pipelines
  for each row when (old.version is distinct from new.version) execute function ingest.tg_pipelines__refuse_cycle();
