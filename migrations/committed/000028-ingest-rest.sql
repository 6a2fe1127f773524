--! Previous: sha1:e5d37589520099d3b02cbb06e5579faf2fce9c9e
--! Hash: sha1:b25258985fe353c5b5cc0c608de058d8b0d526b7

-- A pipeline's execution stands between its input and the files that it makes.
alter table lineage.edges drop constraint edges_from_kind_check, drop constraint edges_to_kind_check,
  add check (from_kind in ('file', 'run', 'dataset', 'pipeline_run')), add check (to_kind in ('file', 'run', 'dataset', 'pipeline_run'));
-- What one teller says, ended when it does not say so any more.
create index columns_source_idx on lineage.columns (org_id, source) where valid_to is null;
