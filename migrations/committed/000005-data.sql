--! Previous: sha1:965525522ae3518d6df80f037a4e0f5961dff27a
--! Hash: sha1:4ff2ca3e8e969aae4e16a13e684cf8fffdc831c4

create table data.datasets (
  org_id             uuid not null references tenancy.organizations on delete cascade,
  id                 uuid not null default uuidv7(),
  -- 50: name || '_history' and generated constraint names stay within PostgreSQL's 63 bytes.
  name               text not null check (name ~ '^[a-z][a-z0-9_]*$' and length(name) <= 50),
  title              text not null default '' check (length(title) <= 200),
  description        text not null default '' check (length(description) <= 4000),
  -- What policies and grants ask about it: names such as pii, finance; sensitivity from 0 (public) to 4 (secret).
  tags               text[] not null default '{}' check (cardinality(tags) <= 100),
  sensitivity        int not null default 0 check (sensitivity between 0 and 4),
  owner_id           uuid references access.users on delete set null,
  -- Business key in order; empty for an append-only dataset, whose key is (file_id, source_line).
  key_fields         text[] not null default '{}' check (cardinality(key_fields) <= 16),
  default_mode       text not null default 'upsert' check (default_mode in ('upsert', 'snapshot', 'append')),
  contract_version   int not null default 1 check (contract_version >= 1),
  -- Gate: a file of at least gate_min_rows rows, more than this share of them rejected, is held for a person.
  max_rejected_share numeric not null default 0.5 check (max_rejected_share between 0 and 1),
  gate_min_rows      int not null default 100 check (gate_min_rows >= 0),
  row_count          bigint not null default 0 check (row_count >= 0),
  last_run_id        uuid,
  loaded_at          timestamptz,
  created_by         uuid references access.users on delete set null,
  created_at         timestamptz not null default clock_timestamp(),
  updated_at         timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, name),
  check ((cardinality(key_fields) = 0) = (default_mode = 'append'))
);
create index datasets_created_by_idx on data.datasets (created_by);
create index datasets_owner_id_idx on data.datasets (owner_id);
create index datasets_tags_idx on data.datasets using gin (tags);

-- The contract in force, one row a field. Retired fields stay: the column is kept, nothing is loaded into it.
create table data.fields (
  org_id             uuid not null,
  dataset_id         uuid not null,
  name               text not null check (name ~ '^[a-z_][a-z0-9_]*$' and length(name) <= 58),
  source_name        text not null check (length(source_name) <= 1000),
  position           int not null check (position between 1 and 1000),
  type               text not null check (type ~ '^(text|integer|bigint|numeric(\([0-9]{1,3},[0-9]{1,3}\))?|boolean|date|timestamptz|time|uuid|jsonb|text\[\])$'),
  required           boolean not null default false,
  minimum            text check (length(minimum) <= 200),
  maximum            text check (length(maximum) <= 200),
  pattern            text check (length(pattern) <= 1000),
  allowed_values     text[] check (cardinality(allowed_values) <= 1000),
  not_in_future      boolean not null default false,
  references_dataset uuid,
  references_field   text,
  -- Tokens that mean null in a typed column; null: the default set (see docs/reference/contracts.md).
  null_tokens        text[] check (cardinality(null_tokens) <= 50),
  description        text not null default '' check (length(description) <= 4000),
  tags               text[] not null default '{}' check (cardinality(tags) <= 100),
  retired_at         timestamptz,
  primary key (org_id, dataset_id, name),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  foreign key (org_id, references_dataset) references data.datasets (org_id, id),
  check ((references_dataset is null) = (references_field is null))
);
create index fields_references_idx on data.fields (org_id, references_dataset);

-- Every version of a contract, whole, for reading back.
create table data.contracts (
  org_id     uuid not null,
  dataset_id uuid not null,
  version    int not null check (version >= 1),
  fields     jsonb not null,
  change     text not null default '' check (length(change) <= 4000),
  created_by uuid references access.users on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (org_id, dataset_id, version),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index contracts_created_by_idx on data.contracts (created_by);
