comment on table ingest.backfill_slices is 'The parts of a backfill, each a reading (pull_id) or an execution (pipeline_run_id).';
comment on column ingest.backfill_slices.range_from is 'Inclusive.';
comment on column ingest.backfill_slices.range_to is 'Exclusive.';

alter table ingest.backfill_slices enable row level security, force row level security;
drop policy if exists select_member on ingest.backfill_slices;
-- Whoever sees the backfill: that table's own policy decides within the sub-select, which is asked once.
create policy select_member on ingest.backfill_slices for select to public
  using (org_id = (select private.org_id()) and backfill_id in (select b.id from ingest.backfills b));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.backfill_slices;
create policy all_owner on ingest.backfill_slices for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.backfill_slices;
create policy all_system on ingest.backfill_slices for all to cadastre_system using (true) with check (true);
grant select on ingest.backfill_slices to cadastre_user, cadastre_worker;
grant select on ingest.backfill_slices to cadastre_system;
