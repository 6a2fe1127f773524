--! Previous: sha1:406277701161e7713c22e9836e6539c263b72c00
--! Hash: sha1:0b6d41125a1565452dd282ec615bacbc90950e9c

-- Where an organization's data is fetched from: a server and how to sign in there (connectors), what of it is read and
-- how far it was read (sources), and each reading (pulls).
create table ingest.connectors (
  org_id        uuid not null references tenancy.organizations on delete cascade,
  id            uuid not null default uuidv7(),
  name          text not null check (name ~ '^[a-z][a-z0-9_-]{0,49}$'),
  kind          text not null check (kind in ('s3', 'gcs', 'postgres', 'mysql', 'mongodb', 'sftp', 'http', 'rest', 'redis', 'kafka')),
  settings      jsonb not null default '{}' check (jsonb_typeof(settings) = 'object' and pg_column_size(settings) <= 40000),
  has_secret    boolean not null default false,
  -- SFTP: the fingerprint of the host key that the first test saw.
  pinned        text check (length(pinned) <= 200),
  status        text not null default 'unknown' check (status in ('unknown', 'ok', 'failing')),
  error         jsonb,
  checked_at    timestamptz,
  -- null: it is checked only when somebody asks.
  check_every   interval default '1 hour' check (check_every between '1 minute' and '30 days'),
  next_check_at timestamptz,
  created_by    uuid references access.users on delete set null,
  created_at    timestamptz not null default clock_timestamp(),
  updated_at    timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, name)
);
create index connectors_created_by_idx on ingest.connectors (created_by);
-- The clock's question: which checks are due.
create index connectors_next_check_idx on ingest.connectors (next_check_at) where next_check_at is not null;

create table private.connector_secrets (
  org_id       uuid not null,
  connector_id uuid not null,
  -- Sealed by lib/secrets.ts for the purpose connector:<id>.
  sealed       text not null check (length(sealed) between 1 and 40000),
  set_at       timestamptz not null default clock_timestamp(),
  primary key (org_id, connector_id),
  foreign key (org_id, connector_id) references ingest.connectors (org_id, id) on delete cascade
);

create table ingest.connector_checks (
  org_id       uuid not null,
  id           uuid not null default uuidv7(),
  connector_id uuid not null,
  kind         text not null check (kind in ('test', 'discover')),
  status       text not null default 'queued' check (status in ('queued', 'running', 'succeeded', 'failed')),
  result       jsonb check (pg_column_size(result) <= 4000000),
  error        jsonb,
  requested_by uuid references access.users on delete set null,
  created_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz,
  primary key (org_id, id),
  foreign key (org_id, connector_id) references ingest.connectors (org_id, id) on delete cascade,
  constraint connector_checks_finished_when_final check ((status in ('succeeded', 'failed')) = (finished_at is not null))
);
create index connector_checks_connector_idx on ingest.connector_checks (org_id, connector_id, created_at desc);
create index connector_checks_requested_by_idx on ingest.connector_checks (requested_by);

create table ingest.sources (
  org_id         uuid not null,
  id             uuid not null default uuidv7(),
  connector_id   uuid not null,
  name           text not null check (name ~ '^[a-z][a-z0-9_-]{0,49}$'),
  dataset_name   text not null check (length(dataset_name) <= 50),
  mode           text check (mode in ('upsert', 'snapshot', 'append')),
  key_fields     text[] check (cardinality(key_fields) <= 16),
  -- How files are to be read, as of an upload.
  options        jsonb not null default '{}' check (pg_column_size(options) <= 100000),
  -- What of the server is read: a table, a prefix, a path, ...
  selection      jsonb not null default '{}' check (jsonb_typeof(selection) = 'object' and pg_column_size(selection) <= 40000),
  how            text not null check (how in ('full', 'incremental', 'new_objects')),
  -- How far it was read; moves with the file that was submitted, in one transaction.
  cursor         jsonb check (pg_column_size(cursor) <= 100000),
  paused         boolean not null default false,
  last_pull_id   uuid,
  last_pulled_at timestamptz,
  created_by     uuid references access.users on delete set null,
  created_at     timestamptz not null default clock_timestamp(),
  updated_at     timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, name),
  foreign key (org_id, connector_id) references ingest.connectors (org_id, id)
);
create index sources_connector_idx on ingest.sources (org_id, connector_id);
create index sources_created_by_idx on ingest.sources (created_by);

create table ingest.source_pulls (
  org_id           uuid not null,
  id               uuid not null default uuidv7(),
  source_id        uuid not null,
  status           text not null default 'queued' check (status in
                     ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
  -- {from, to} of a range that is read again; the source's cursor stays where it is.
  range            jsonb check (jsonb_typeof(range) = 'object' and pg_column_size(range) <= 2000),
  cursor_before    jsonb,
  cursor_after     jsonb,
  files            int not null default 0,
  bytes            bigint not null default 0,
  -- What was submitted, first come first.
  run_ids          uuid[] not null default '{}' check (cardinality(run_ids) <= 1000),
  -- {code, message, hint, transient, retry_at} of the failure or the wait, for people.
  error            jsonb,
  attempts         int not null default 0,
  -- Fence, as of runs: a worker whose lease was lost submits nothing.
  lease_generation int not null default 0,
  lease_until      timestamptz,
  worker_id        text,
  requested_by     uuid references access.users on delete set null,
  created_at       timestamptz not null default clock_timestamp(),
  started_at       timestamptz,
  finished_at      timestamptz,
  primary key (org_id, id),
  foreign key (org_id, source_id) references ingest.sources (org_id, id) on delete cascade,
  constraint source_pulls_finished_when_final check
    ((status in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null)),
  constraint source_pulls_leased_when_running check (status <> 'running' or lease_until is not null)
);
create index source_pulls_source_idx on ingest.source_pulls (org_id, source_id, created_at desc);
create index source_pulls_requested_by_idx on ingest.source_pulls (requested_by);
-- One reading of a source at a time.
create unique index source_pulls_open_idx on ingest.source_pulls (org_id, source_id) where status in ('queued', 'running', 'waiting');
create index source_pulls_lease_idx on ingest.source_pulls (lease_until) where status = 'running';

alter table ingest.sources
  add foreign key (org_id, last_pull_id) references ingest.source_pulls (org_id, id) on delete set null (last_pull_id);
create index sources_last_pull_idx on ingest.sources (org_id, last_pull_id);

-- Objects and files that were read already, each with its version (ETag, size and time): what is listed again unchanged
-- is not read again, and what appears late with an early time still is.
create table ingest.source_objects (
  org_id    uuid not null,
  source_id uuid not null,
  name      text not null check (octet_length(name) between 1 and 1024),
  version   text not null check (length(version) <= 1000),
  seen_at   timestamptz not null default clock_timestamp(),
  primary key (org_id, source_id, name),
  foreign key (org_id, source_id) references ingest.sources (org_id, id) on delete cascade
);
