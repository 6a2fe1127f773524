--! Previous: sha1:e5d37589520099d3b02cbb06e5579faf2fce9c9e
--! Hash: sha1:f63ae60aa493b5f2f83d26e6aca367ca79987f79

-- A pipeline's execution stands between its input and the files that it makes.
alter table lineage.edges drop constraint edges_from_kind_check, drop constraint edges_to_kind_check,
  add check (from_kind in ('file', 'run', 'dataset', 'pipeline_run')), add check (to_kind in ('file', 'run', 'dataset', 'pipeline_run'));
-- What one teller says, ended when it does not say so any more.
create index columns_source_idx on lineage.columns (org_id, source) where valid_to is null;
-- Where a re-run began: start, or load where only loads of its results had failed.
alter table ingest.pipeline_runs add column rerun_from text check (rerun_from in ('start', 'load'));
