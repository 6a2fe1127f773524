comment on table ingest.freshness is 'How old datasets may become, and which are late.';
comment on column ingest.freshness.late_since is 'Since when it is late; null: it is not.';

alter table ingest.freshness enable row level security, force row level security;
drop policy if exists select_member on ingest.freshness;
create policy select_member on ingest.freshness for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('dataset.view'))
              or dataset_id::text = any ((select private.allowed_objects('dataset.view', 'dataset'))::text[]))
         and dataset_id::text <> all ((select private.denied_objects('dataset.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.freshness;
create policy all_owner on ingest.freshness for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.freshness;
create policy all_system on ingest.freshness for all to cadastre_system using (true) with check (true);
grant select on ingest.freshness to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.freshness to cadastre_system;
