--! Previous: sha1:fea8fa9bff4593524d42808af8e63badc11294b7
--! Hash: sha1:f17ce6ef040d64ab74bbd64748b255fc2d14c7ba

create table ingest.files (
  org_id       uuid not null references tenancy.organizations on delete cascade,
  id           uuid not null default uuidv7(),
  dataset_name text not null check (length(dataset_name) <= 50),
  file_name    text not null check (length(file_name) between 1 and 500),
  object_key   text not null check (length(object_key) <= 1000),
  size_bytes   bigint not null check (size_bytes >= 0),
  sha256       bytea not null check (octet_length(sha256) = 32),
  -- The earlier file with the same bytes for the same dataset, when there is one: nothing was loaded from this one.
  duplicate_of uuid,
  uploaded_by  uuid references access.users on delete set null,
  created_at   timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  foreign key (org_id, duplicate_of) references ingest.files (org_id, id)
);
create index files_content_idx on ingest.files (org_id, dataset_name, sha256);
create index files_duplicate_of_idx on ingest.files (org_id, duplicate_of);
create index files_uploaded_by_idx on ingest.files (uploaded_by);

create table ingest.runs (
  org_id           uuid not null,
  id               uuid not null default uuidv7(),
  file_id          uuid not null,
  dataset_id       uuid,
  dataset_name     text not null check (length(dataset_name) <= 50),
  mode             text check (mode in ('upsert', 'snapshot', 'append')),
  key_fields       text[] check (cardinality(key_fields) <= 16),
  -- Dialect overrides and the like, as given with the upload.
  options          jsonb not null default '{}' check (pg_column_size(options) <= 100000),
  status           text not null default 'queued' check (status in
                     ('queued', 'running', 'waiting', 'held', 'succeeded', 'failed', 'cancelled', 'duplicate')),
  step             text check (step in ('stage', 'land', 'check', 'gate', 'merge', 'record')),
  contract_version int,
  bytes_total      bigint,
  bytes_done       bigint not null default 0,
  read_rows        bigint not null default 0,
  inserted_rows    bigint not null default 0,
  updated_rows     bigint not null default 0,
  unchanged_rows   bigint not null default 0,
  deleted_rows     bigint not null default 0,
  rejected_rows    bigint not null default 0,
  duplicate_rows   bigint not null default 0,
  -- {code, message, hint, line, column} of the failure, the hold or the wait, for people.
  error            jsonb,
  -- Digest of the rules that every row of the dataset met after this run; null where that is not known.
  rules_digest     text,
  attempts         int not null default 0,
  -- Errors that nobody foresaw, and workers that went silent over it: what is limited. Waiting for a store is neither.
  faults           int not null default 0,
  takeovers        int not null default 0,
  -- Fence: whoever holds the newest generation may write; a stale worker's merge aborts.
  -- Waits for an earlier file of the same dataset, whose end queues it again.
  is_behind        boolean not null default false,
  lease_generation int not null default 0,
  lease_until      timestamptz,
  worker_id        text,
  replay_of        uuid,
  requested_by     uuid references access.users on delete set null,
  -- Who let a held run go on; its gate is not asked again.
  released_by      uuid references access.users on delete set null,
  released_at      timestamptz,
  created_at       timestamptz not null default clock_timestamp(),
  started_at       timestamptz,
  finished_at      timestamptz,
  primary key (org_id, id),
  foreign key (org_id, file_id) references ingest.files (org_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  foreign key (org_id, replay_of) references ingest.runs (org_id, id),
  constraint runs_counts_add_up check (status <> 'succeeded' or
    read_rows = inserted_rows + updated_rows + unchanged_rows + rejected_rows + duplicate_rows),
  constraint runs_finished_when_final check
    ((status in ('succeeded', 'failed', 'cancelled', 'duplicate')) = (finished_at is not null)),
  constraint runs_leased_when_running check (status <> 'running' or lease_until is not null)
);
create index runs_created_idx on ingest.runs (org_id, created_at desc, id);
create index runs_dataset_idx on ingest.runs (org_id, dataset_id, created_at desc);
create index runs_file_id_idx on ingest.runs (org_id, file_id);
create index runs_replay_of_idx on ingest.runs (org_id, replay_of);
create index runs_requested_by_idx on ingest.runs (requested_by);
create index runs_released_by_idx on ingest.runs (released_by);
-- Whether an earlier file of the dataset is still to be loaded.
create index runs_open_idx on ingest.runs (org_id, dataset_name, created_at, id) where status in ('queued', 'running', 'waiting');
-- The reaper's question: which running runs lost their lease.
create index runs_lease_idx on ingest.runs (lease_until) where status = 'running';

create table ingest.run_steps (
  org_id      uuid not null,
  run_id      uuid not null,
  step        text not null check (step in ('stage', 'land', 'check', 'gate', 'merge', 'record')),
  attempt     int not null default 1,
  status      text not null check (status in ('running', 'succeeded', 'failed', 'skipped')),
  started_at  timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  detail      jsonb not null default '{}',
  primary key (org_id, run_id, step, attempt),
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete cascade
);

-- A row that was not loaded, with its raw record, so that it can be fixed and replayed.
create table ingest.rejected_rows (
  org_id      uuid not null,
  run_id      uuid not null,
  line        bigint not null check (line >= 0),
  dataset_id  uuid,
  -- The record's bytes as text (bounded), and its values by field where it could be split.
  raw         text not null check (length(raw) <= 1000000),
  record      jsonb,
  -- Corrected values by field, as given with the replay; they take the place of the record's.
  fixed       jsonb check (pg_column_size(fixed) <= 1000000),
  status      text not null default 'open' check (status in ('open', 'replayed', 'dismissed')),
  replay_run  uuid,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, run_id, line),
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete cascade,
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  foreign key (org_id, replay_run) references ingest.runs (org_id, id)
);
create index rejected_rows_dataset_idx on ingest.rejected_rows (org_id, dataset_id, status);
create index rejected_rows_replay_run_idx on ingest.rejected_rows (org_id, replay_run);

-- Why: one row for each rule that the line broke. Warnings of rows that were loaded are here too (rejected = false).
create table ingest.row_issues (
  org_id      uuid not null,
  run_id      uuid not null,
  line        bigint not null check (line >= 0),
  column_name text not null default '',
  rule        text not null check (length(rule) <= 80),
  severity    text not null default 'error' check (severity in ('info', 'warning', 'error', 'critical')),
  rejected    boolean not null default true,
  value       text check (length(value) <= 10000),
  message     text not null check (length(message) <= 2000),
  remedy      text not null default '' check (length(remedy) <= 2000),
  primary key (org_id, run_id, line, rule, column_name),
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete cascade
);

alter table data.datasets
  add foreign key (org_id, last_run_id) references ingest.runs (org_id, id) on delete set null (last_run_id);
create index datasets_last_run_idx on data.datasets (org_id, last_run_id);
