--! Previous: sha1:8447cb0f64e0b536187d16bf860d4d1b64d80170
--! Hash: sha1:b3f83d5bdeaf161abe0dcc9533d78d22dc07bf17

-- What is kept how long, what may not go, and what must: retention and archives, legal holds, erasure of a person's data
-- (docs/explanation/decisions/0010-retention.md).

-- Nothing that a hold covers is removed: not by retention, not by an erasure, not with its dataset or organization.
create table data.legal_holds (
  org_id         uuid not null references tenancy.organizations on delete cascade,
  id             uuid not null default uuidv7(),
  -- null: everything that the organization has.
  dataset_id     uuid,
  -- Rows by key, [{"<key field>": value}]; null: the whole dataset, or released. How many rows stays.
  keys           jsonb check (jsonb_typeof(keys) = 'array' and pg_column_size(keys) <= 1000000),
  row_count      int check (row_count between 1 and 1000),
  reason         text not null check (length(reason) between 1 and 1000),
  placed_by      uuid references access.users on delete set null,
  placed_at      timestamptz not null default clock_timestamp(),
  released_by    uuid references access.users on delete set null,
  released_at    timestamptz,
  release_reason text check (length(release_reason) between 1 and 1000),
  primary key (org_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  check (row_count is null or dataset_id is not null),
  check (released_at is not null or (keys is null) = (row_count is null)),
  check ((released_at is null) = (release_reason is null))
);
create index legal_holds_dataset_idx on data.legal_holds (org_id, dataset_id);
create index legal_holds_open_idx on data.legal_holds (org_id, id) where released_at is null;
create index legal_holds_placed_by_idx on data.legal_holds (placed_by);
create index legal_holds_released_by_idx on data.legal_holds (released_by);

-- How long a dataset's superseded versions stay. A version stays while either limit that is set says so.
create table data.retention_rules (
  org_id        uuid not null,
  dataset_id    uuid not null,
  -- Newest versions of each row, the one in force among them.
  keep_versions int check (keep_versions between 1 and 1000000),
  -- Days after a version was superseded.
  keep_days     int check (keep_days between 0 and 36500),
  action        text not null check (action in ('remove', 'archive')),
  set_by        uuid references access.users on delete set null,
  set_at        timestamptz not null default clock_timestamp(),
  last_run_at   timestamptz,
  last_result   jsonb check (pg_column_size(last_result) <= 10000),
  next_run_at   timestamptz not null default clock_timestamp(),
  primary key (org_id, dataset_id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  check (keep_versions is not null or keep_days is not null)
);
create index retention_rules_due_idx on data.retention_rules (next_run_at);
create index retention_rules_set_by_idx on data.retention_rules (set_by);

-- Moments before this are not whole any more: versions were removed. Outlives the rule that removed them.
alter table data.datasets add column history_from timestamptz;

-- Versions that lie in the object store as Parquet, one file a batch.
create table data.archives (
  org_id         uuid not null,
  id             uuid not null default uuidv7(),
  dataset_id     uuid not null,
  -- writing: the file may be there, the versions are in history. archived: they are in the file alone. attached: they
  -- are in history again.
  state          text not null default 'writing' check (state in ('writing', 'archived', 'attached')),
  object_key     text not null check (length(object_key) <= 500),
  row_count      bigint not null default 0 check (row_count >= 0),
  valid_from_min timestamptz,
  valid_to_min   timestamptz,
  valid_to_max   timestamptz,
  size_bytes     bigint not null default 0 check (size_bytes >= 0),
  sha256         bytea check (octet_length(sha256) = 32),
  -- [{name, position, type}] as the contract was.
  fields         jsonb not null default '[]' check (jsonb_typeof(fields) = 'array' and pg_column_size(fields) <= 1000000),
  created_at     timestamptz not null default clock_timestamp(),
  archived_at    timestamptz,
  attached_by    uuid references access.users on delete set null,
  attached_at    timestamptz,
  -- Until then retention leaves the dataset alone, so that what was asked for is not archived again at once.
  attached_until timestamptz,
  -- When somebody asked for it; null: nobody waits.
  attach_asked_at timestamptz,
  attach_error   jsonb check (pg_column_size(attach_error) <= 10000),
  primary key (org_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  constraint archives_whole check (state = 'writing' or (row_count > 0 and sha256 is not null and valid_to_max is not null))
);
create index archives_dataset_idx on data.archives (org_id, dataset_id, valid_to_max);
create index archives_attached_by_idx on data.archives (attached_by);

-- Objects that nothing refers to any more, until they are removed: their rows went in a transaction, the bytes go after it.
create table private.dead_objects (
  org_id     uuid not null,
  object_key text not null check (length(object_key) <= 1000),
  since      timestamptz not null default clock_timestamp(),
  primary key (org_id, object_key)
);

-- Erasures of persons' data: who asked for it and why, what was found and removed, in numbers. No erased value is here.
create table data.erasures (
  org_id       uuid not null references tenancy.organizations on delete cascade,
  id           uuid not null default uuidv7(),
  -- A search: nothing is removed.
  dry_run      boolean not null,
  dataset_ids  uuid[] not null check (cardinality(dataset_ids) between 1 and 100),
  reason       text not null check (length(reason) between 1 and 1000),
  state        text not null default 'queued' check (state in ('queued', 'running', 'waiting', 'succeeded', 'failed')),
  step         text check (step in ('rows', 'files', 'others', 'archives')),
  -- {rows, versions, files, fileLines, rejectedRows, ...}
  found        jsonb not null default '{}' check (pg_column_size(found) <= 10000),
  -- What people should know of single files and places, without values: [{file, note}].
  notes        jsonb not null default '[]' check (pg_column_size(notes) <= 200000),
  -- {code, message, hint} of the failure or the wait.
  error        jsonb check (pg_column_size(error) <= 10000),
  requested_by uuid references access.users on delete set null,
  created_at   timestamptz not null default clock_timestamp(),
  started_at   timestamptz,
  finished_at  timestamptz,
  primary key (org_id, id),
  check ((state in ('succeeded', 'failed')) = (finished_at is not null))
);
create index erasures_created_idx on data.erasures (org_id, created_at desc);
create index erasures_requested_by_idx on data.erasures (requested_by);

-- Whom an erasure is about, for as long as it runs; the row goes with its end.
create table private.erasure_subjects (
  org_id     uuid not null,
  erasure_id uuid not null,
  -- [{dataset, values: {<field>: text}}] as asked for.
  selections jsonb not null,
  -- Per dataset: {conditions: [{<field>: value}], keys: [{...}], texts: {<field>: [text]}}; null: not looked up yet.
  resolved   jsonb,
  primary key (org_id, erasure_id),
  foreign key (org_id, erasure_id) references data.erasures (org_id, id) on delete cascade
);

-- Files that were looked through, with the lines to blank: [first, behind the last).
create table private.erasure_files (
  org_id     uuid not null,
  erasure_id uuid not null,
  file_id    uuid not null,
  lines      int8multirange not null,
  is_done    boolean not null default false,
  primary key (org_id, erasure_id, file_id),
  foreign key (org_id, erasure_id) references data.erasures (org_id, id) on delete cascade
);

-- The stored bytes are no longer those that came: lines were erased. The digest stays that of what came, so that the same
-- file is known again.
alter table ingest.files
  add column erased_at timestamptz,
  add column erased_lines int not null default 0 check (erased_lines >= 0),
  -- ndjson: the file's own format could not be rewritten, so its records stand as JSON, each in the line of its number.
  add column rewritten_as text check (rewritten_as in ('same', 'ndjson'));
