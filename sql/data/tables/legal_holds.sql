comment on table data.legal_holds is 'What may not be removed, and who says so: not by retention, not by an erasure, not with its dataset.';
comment on column data.legal_holds.dataset_id is 'Null: everything that the organization has.';
comment on column data.legal_holds.row_count is 'Rows that it covers; null: the whole dataset, or organization.';
comment on column data.legal_holds.ends_at is 'When it lapses by itself, after notice; null: by a release alone. It protects until the lapse is on record (released_at).';
comment on column data.legal_holds.noticed_at is 'When its end was told to those who may approve compliance, at least seven days before it.';
comment on column data.legal_holds.lapsed is 'It ended by its date, not by a release.';

alter table data.legal_holds enable row level security, force row level security;
drop policy if exists select_member on data.legal_holds;
create policy select_member on data.legal_holds for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('compliance.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on data.legal_holds;
create policy all_owner on data.legal_holds for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
-- Which rows are held is told by keys, which masks and filters may hide from whoever sees that there is a hold.
revoke select on data.legal_holds from cadastre_user;
grant select (org_id, id, dataset_id, row_count, reason, placed_by, placed_at, released_by, released_at, release_reason, ends_at, noticed_at, lapsed) on data.legal_holds to cadastre_user;
grant select on data.legal_holds to cadastre_worker;
-- The organization's own end does not lift a hold either.
create or replace trigger legal_holds__refuse before delete on data.legal_holds
  for each row when (old.released_at is null) execute function data.tg_legal_holds__refuse();
create or replace trigger datasets__held before delete on data.datasets
  for each row execute function data.tg_datasets__held();
alter table data.legal_holds enable always trigger legal_holds__refuse;
alter table data.datasets enable always trigger datasets__held;
drop policy if exists select_system on data.legal_holds;
create policy select_system on data.legal_holds for select to cadastre_system using (true);
grant select on data.legal_holds to cadastre_system;
-- The worker's sweep tells of ends and ends, over all organizations (private.sweep_holds).
drop policy if exists update_system on data.legal_holds;
create policy update_system on data.legal_holds for update to cadastre_system using (true) with check (true);
grant update (released_at, release_reason, keys, ends_at, noticed_at, lapsed) on data.legal_holds to cadastre_system;
