--! Previous: sha1:c443dac02a999ee2f1bb7091cbd18dceb77b6b28
--! Hash: sha1:967ff00e90a984d9fb97b345e471c21e87609b36

-- What happens when a file does not fit the contract: the contract follows (evolve), a person decides (freeze), the
-- row is set aside (discard_row), or the value is left out (discard_value).
alter table data.datasets
  add column columns_evolution text not null default 'freeze'
    check (columns_evolution in ('evolve', 'freeze', 'discard_row', 'discard_value')),
  add column types_evolution text not null default 'discard_row'
    check (types_evolution in ('evolve', 'freeze', 'discard_row', 'discard_value'));

-- Other names under which files have brought the field.
alter table data.fields
  add column source_aliases text[] not null default '{}' check (cardinality(source_aliases) <= 50);

create table ingest.contract_proposals (
  org_id           uuid not null,
  run_id           uuid not null,
  dataset_name     text not null check (length(dataset_name) <= 50),
  -- new: the whole contract of a dataset that is not there yet. change: what the file's header changes.
  kind             text not null check (kind in ('new', 'change')),
  status           text not null default 'open' check (status in ('open', 'accepted', 'refused')),
  -- Suggested only: the run does not wait for it, but its gate may hold it for what would be accepted here.
  is_advice        boolean not null default false,
  -- The contract that the changes were found against; null for a new one.
  contract_version int,
  -- The file's header; once accepted, files with the same one are not asked about again.
  columns          text[] not null check (cardinality(columns) between 1 and 2000),
  fields           jsonb not null default '[]' check (pg_column_size(fields) <= 1000000),
  key_fields       text[] not null default '{}' check (cardinality(key_fields) <= 16),
  changes          jsonb not null default '[]' check (pg_column_size(changes) <= 1000000),
  effect           jsonb not null default '{}' check (pg_column_size(effect) <= 100000),
  -- What was decided, where it is not what was proposed.
  decision         jsonb check (pg_column_size(decision) <= 1000000),
  reason           text not null default '' check (length(reason) <= 4000),
  decided_by       uuid references access.users on delete set null,
  decided_at       timestamptz,
  created_at       timestamptz not null default clock_timestamp(),
  primary key (org_id, run_id),
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete cascade,
  check ((status = 'open') = (decided_at is null))
);
create index contract_proposals_dataset_idx on ingest.contract_proposals (org_id, dataset_name, status);
create index contract_proposals_decided_by_idx on ingest.contract_proposals (decided_by);
