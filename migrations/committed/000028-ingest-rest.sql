--! Previous: sha1:e5d37589520099d3b02cbb06e5579faf2fce9c9e
--! Hash: sha1:c395a636934e781342b1ef8765dff956648c187a

-- A pipeline's execution stands between its input and the files that it makes.
alter table lineage.edges drop constraint edges_from_kind_check, drop constraint edges_to_kind_check,
  add check (from_kind in ('file', 'run', 'dataset', 'pipeline_run')), add check (to_kind in ('file', 'run', 'dataset', 'pipeline_run'));
-- What one teller says, ended when it does not say so any more.
create index columns_source_idx on lineage.columns (org_id, source) where valid_to is null;
-- Where a re-run began: start, or load where only loads of its results had failed.
alter table ingest.pipeline_runs add column rerun_from text check (rerun_from in ('start', 'load'));

-- Up to which position an organization's change feed has been cleared away: who was there before has missed something.
create table private.change_horizons (
  org_id   uuid primary key references tenancy.organizations on delete cascade,
  txid     xid8 not null,
  number   bigint not null,
  moved_at timestamptz not null default clock_timestamp()
);
create index changes_changed_idx on ingest.changes using brin (changed_at);
-- Steps of batches of events are cleared away by their age.
create index run_steps_started_idx on ingest.run_steps using brin (started_at);
