comment on table lineage.edges is 'What came from what: file to run, run to dataset; input file or dataset to a pipeline''s execution (pipeline_run), execution to file.';

alter table lineage.edges enable row level security, force row level security;
drop policy if exists select_member on lineage.edges;
create policy select_member on lineage.edges for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('lineage.view'))
              or (from_kind = 'dataset' and from_id::text = any ((select private.allowed_objects('lineage.view', 'dataset'))::text[]))
              or (to_kind = 'dataset' and to_id::text = any ((select private.allowed_objects('lineage.view', 'dataset'))::text[])))
         and from_id::text <> all ((select private.denied_objects('lineage.view', 'dataset'))::text[])
         and to_id::text <> all ((select private.denied_objects('lineage.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on lineage.edges;
create policy all_owner on lineage.edges for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));

grant usage on schema lineage to cadastre_user, cadastre_worker;
grant select on lineage.edges to cadastre_user;
