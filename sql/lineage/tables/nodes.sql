comment on table lineage.nodes is E'@name lineage_nodes\nWhat lineage of columns knows by name: datasets, their generated views, models, pipelines, and what others'' events tell of.';
comment on column lineage.nodes.namespace is 'Empty for the organization''s own, else as OpenLineage names it.';

alter table lineage.nodes enable row level security, force row level security;
drop policy if exists select_member on lineage.nodes;
create policy select_member on lineage.nodes for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('lineage.view'))
              or dataset_id::text = any ((select private.allowed_objects('lineage.view', 'dataset'))::text[]))
         and coalesce(dataset_id::text, '') <> all ((select private.denied_objects('lineage.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on lineage.nodes;
create policy all_owner on lineage.nodes for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
grant select on lineage.nodes to cadastre_user, cadastre_worker;
