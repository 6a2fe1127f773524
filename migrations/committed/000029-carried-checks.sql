--! Previous: sha1:c395a636934e781342b1ef8765dff956648c187a
--! Hash: sha1:c316f31ebc18c1ae252daed6f9167b4c7f2cb6cc

-- What the last check of a dataset found, in the form in which the next one goes on from it (docs/explanation/decisions/0007).
create table private.carried_checks (
  org_id           uuid not null,
  dataset_id       uuid not null,
  -- check: all rules, by hand or by the clock. load: those about the rows in force, between a merge and its commit.
  road             text not null check (road in ('check', 'load')),
  check_id         uuid not null,
  -- What the check saw, and the transaction that made it; whether it saw what that one had written itself.
  snapshot         pg_snapshot not null,
  txid             xid8 not null default pg_current_xact_id(),
  saw_own          boolean not null,
  at               timestamptz not null default now(),
  contract_version int not null,
  row_count        bigint not null check (row_count >= 0),
  -- {rule_id: {digest, failures, parts, expires, others}}
  rules            jsonb not null check (jsonb_typeof(rules) = 'object'),
  primary key (org_id, dataset_id, road),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);

-- Which rows a load wrote, for the next check: [[key values..., version before or 0]]. Kept until every check has seen them.
create table private.checked_keys (
  org_id uuid not null,
  number bigint not null,
  keys   jsonb not null check (jsonb_typeof(keys) = 'array'),
  primary key (org_id, number),
  foreign key (org_id, number) references ingest.changes (org_id, number) on delete cascade
);

-- Dry runs of rules that are SQL, on their way to whoever asked; the worker asks them.
create unlogged table private.rule_trials (
  org_id       uuid not null,
  id           uuid not null default uuidv7(),
  requested_by uuid references access.users on delete cascade,
  dataset_id   uuid not null,
  definition   jsonb not null,
  loads        int not null check (loads between 0 and 40),
  result       jsonb,
  created_at   timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index rule_trials_requested_by_idx on private.rule_trials (requested_by);
create index rule_trials_dataset_idx on private.rule_trials (org_id, dataset_id);
create index rule_trials_created_idx on private.rule_trials (org_id, created_at);
