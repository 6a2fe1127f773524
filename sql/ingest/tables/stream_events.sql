comment on table ingest.stream_events is 'Events as they were taken, until a week after they were loaded; closed to readers, since no filter or mask has met them yet.';
comment on column ingest.stream_events.run_id is 'The batch that the event went into; null while it waits.';

alter table ingest.stream_events enable row level security, force row level security;
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.stream_events;
create policy all_owner on ingest.stream_events for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- Which streams have something due is asked across organizations.
drop policy if exists all_system on ingest.stream_events;
create policy all_system on ingest.stream_events for all to cadastre_system using (true) with check (true);
grant select, delete on ingest.stream_events to cadastre_system;
