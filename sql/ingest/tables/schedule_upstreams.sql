comment on table ingest.schedule_upstreams is 'What a schedule waits for: a pipeline, or a dataset that is loaded.';
comment on column ingest.schedule_upstreams.satisfied_at is 'Of all upstreams: when this one succeeded since the last start.';

alter table ingest.schedule_upstreams enable row level security, force row level security;
drop policy if exists select_member on ingest.schedule_upstreams;
create policy select_member on ingest.schedule_upstreams for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('pipeline.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.schedule_upstreams;
create policy all_owner on ingest.schedule_upstreams for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.schedule_upstreams;
create policy all_system on ingest.schedule_upstreams for all to cadastre_system using (true) with check (true);
grant select on ingest.schedule_upstreams to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.schedule_upstreams to cadastre_system;
