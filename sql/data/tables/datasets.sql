comment on table data.datasets is 'A typed, versioned table of one organization, with its contract.';
comment on column data.datasets.key_fields is 'Business key, in order; empty for an append-only dataset.';
comment on column data.datasets.row_count is 'Rows in the current table after the last change.';
comment on column data.datasets.columns_evolution is 'A file with other columns: evolve (the contract follows), freeze (a person is asked), discard_row (rows with values there are rejected), discard_value (they are not loaded).';
comment on column data.datasets.types_evolution is 'A value that is not of its type: evolve (the type is widened), freeze (the run is held), discard_row (the row is rejected), discard_value (the row is loaded without it).';
comment on column data.datasets.business_field is 'Field that says since when a row''s statement is true in the world; its rows are read as of two times.';
comment on column data.datasets.history_from is 'As-of before this is refused: retention has removed versions. Null: history is whole.';
comment on column data.datasets.max_rejected_share is 'Gate: a file with a larger share of rejected rows is held (0 to 1).';

alter table data.datasets enable row level security, force row level security;
drop policy if exists select_member on data.datasets;
create policy select_member on data.datasets for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('dataset.view')) or id::text = any ((select private.allowed_objects('dataset.view', 'dataset'))::text[]))
         and id::text <> all ((select private.denied_objects('dataset.view', 'dataset'))::text[]));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on data.datasets;
create policy all_owner on data.datasets for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));

-- Decisions about datasets by tag are made by the system role's functions.
drop policy if exists select_system on data.datasets;
create policy select_system on data.datasets for select to cadastre_system using (true);
grant select on data.datasets to cadastre_system;

grant usage on schema data to cadastre_user, cadastre_worker, cadastre_system, cadastre_views;
grant select on data.datasets to cadastre_user, cadastre_worker;
create or replace trigger datasets__touch before update on data.datasets for each row execute function core.tg_touch();

create or replace trigger datasets__record after update on data.datasets
  for each row when (old.* is distinct from new.*) execute function audit.tg_configuration__record('id', 'row_count,last_run_id,loaded_at,history_from');
alter table data.datasets enable always trigger datasets__record;
