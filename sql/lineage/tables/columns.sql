comment on table lineage.columns is E'@name lineage_columns\nWhich column is made from which, and which decide about rows (to_column empty), with the time for which that was so (valid_to null: still).';
comment on column lineage.columns.subtype is 'DIRECT: IDENTITY, TRANSFORMATION, AGGREGATION. INDIRECT: JOIN, GROUP_BY, FILTER, SORT, WINDOW, CONDITIONAL. As OpenLineage has them.';
comment on column lineage.columns.source is 'Who says so: catalog, pipeline:<name>, model:<name>, openlineage:<job>.';

alter table lineage.columns enable row level security, force row level security;
drop policy if exists select_member on lineage.columns;
create policy select_member on lineage.columns for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('lineage.view'))
              or from_dataset::text = any ((select private.allowed_objects('lineage.view', 'dataset'))::text[])
              or to_dataset::text = any ((select private.allowed_objects('lineage.view', 'dataset'))::text[]))
         and coalesce(from_dataset::text, '') <> all ((select private.denied_objects('lineage.view', 'dataset'))::text[])
         and coalesce(to_dataset::text, '') <> all ((select private.denied_objects('lineage.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on lineage.columns;
create policy all_owner on lineage.columns for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on lineage.columns to cadastre_user, cadastre_worker;
