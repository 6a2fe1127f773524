--! Previous: sha1:201b77a4417468f4419ba8690a98c646fcd87ed1
--! Hash: sha1:fb6cd17b8bc0a170a2cbb4981f450e7881f0d5e2

-- What has columns and is not one run or file: datasets, their generated views, models, pipelines, and what others tell of.
create table lineage.nodes (
  org_id     uuid not null references tenancy.organizations on delete cascade,
  id         uuid not null default uuidv7(),
  kind       text not null check (kind in ('dataset', 'view', 'model', 'pipeline', 'job', 'external', 'dashboard', 'report', 'export')),
  -- '' for the organization's own; else as OpenLineage names it (postgres://host:5432, s3://bucket).
  namespace  text not null default '' check (length(namespace) <= 500),
  name       text not null check (length(name) between 1 and 500),
  -- A dataset's own node and those of its views. Kept without it when the dataset is deleted.
  dataset_id uuid,
  owner_id   uuid references access.users on delete set null,
  detail     jsonb not null default '{}' check (pg_column_size(detail) <= 100000),
  created_at timestamptz not null default clock_timestamp(),
  seen_at    timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, namespace, name, kind),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete set null (dataset_id)
);
create index nodes_dataset_idx on lineage.nodes (org_id, dataset_id);
create index nodes_owner_idx on lineage.nodes (owner_id);

-- A column made from a column, or rows that a column decides about (to_column ''), for as long as that was so.
create table lineage.columns (
  org_id       uuid not null,
  id           uuid not null default uuidv7(),
  from_node    uuid not null,
  -- '' : the whole of it; which column is not known.
  from_column  text not null default '' check (length(from_column) <= 500),
  to_node      uuid not null,
  to_column    text not null default '' check (length(to_column) <= 500),
  type         text not null check (type in ('DIRECT', 'INDIRECT')),
  subtype      text not null check (length(subtype) between 1 and 100),
  -- Who says so: catalog (PostgreSQL's own dependencies), pipeline:<name>, model:<name>, openlineage:<job>.
  source       text not null check (length(source) between 1 and 1100),
  -- The datasets of both ends, kept beside for row-level security.
  from_dataset uuid,
  to_dataset   uuid,
  valid_from   timestamptz not null default clock_timestamp(),
  valid_to     timestamptz,
  primary key (org_id, id),
  foreign key (org_id, from_node) references lineage.nodes (org_id, id) on delete cascade,
  foreign key (org_id, to_node) references lineage.nodes (org_id, id) on delete cascade,
  check (valid_to >= valid_from)
);
create unique index columns_current_idx on lineage.columns (org_id, to_node, source, to_column, from_node, from_column, type, subtype)
  where valid_to is null;
create index columns_from_idx on lineage.columns (org_id, from_node, from_column);
create index columns_to_idx on lineage.columns (org_id, to_node, to_column);

-- Where an organization's events go; none is sent without a row here that is enabled.
create table lineage.openlineage_endpoints (
  org_id     uuid not null references tenancy.organizations on delete cascade,
  url        text not null check (url ~ '^https?://[^/?#@[:space:]]+(/[^#[:space:]]*)?$' and length(url) <= 1000),
  is_enabled boolean not null default true,
  changed_by uuid references access.users on delete set null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (org_id)
);
create index openlineage_endpoints_changed_by_idx on lineage.openlineage_endpoints (changed_by);

-- Bearer tokens of endpoints, sealed by the server.
create table private.openlineage_secrets (
  org_id uuid not null references tenancy.organizations on delete cascade,
  sealed text not null check (length(sealed) <= 10000),
  primary key (org_id)
);

create table lineage.openlineage_outbox (
  org_id      uuid not null,
  id          uuid not null default uuidv7(),
  run_id      uuid not null,
  event_type  text not null check (event_type in ('START', 'COMPLETE', 'FAIL', 'ABORT')),
  occurred_at timestamptz not null default clock_timestamp(),
  -- As it was sent; null until it is made.
  event       jsonb,
  tries       int not null default 0,
  next_try_at timestamptz not null default clock_timestamp(),
  sent_at     timestamptz,
  failed_at   timestamptz,
  error       text check (length(error) <= 1000),
  primary key (org_id, id),
  unique (org_id, run_id, event_type),
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete cascade,
  check (sent_at is null or failed_at is null)
);
create index openlineage_outbox_due_idx on lineage.openlineage_outbox (org_id, id) where sent_at is null and failed_at is null;
