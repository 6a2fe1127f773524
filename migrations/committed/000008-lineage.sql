--! Previous: sha1:f17ce6ef040d64ab74bbd64748b255fc2d14c7ba
--! Hash: sha1:523ae2a835c6056214c4d8616a861e9aaf4c07ce

-- Facts of what came from what: file -> run -> dataset version.
create table lineage.edges (
  org_id     uuid not null references tenancy.organizations on delete cascade,
  id         uuid not null default uuidv7(),
  from_kind  text not null check (from_kind in ('file', 'run', 'dataset')),
  from_id    uuid not null,
  to_kind    text not null check (to_kind in ('file', 'run', 'dataset')),
  to_id      uuid not null,
  run_id     uuid,
  created_at timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete cascade
);
create index edges_from_idx on lineage.edges (org_id, from_kind, from_id);
create index edges_to_idx on lineage.edges (org_id, to_kind, to_id);
create index edges_run_id_idx on lineage.edges (org_id, run_id);
