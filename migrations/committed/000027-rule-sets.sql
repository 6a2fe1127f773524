--! Previous: sha1:b3f83d5bdeaf161abe0dcc9533d78d22dc07bf17
--! Hash: sha1:e5d37589520099d3b02cbb06e5579faf2fce9c9e

-- Two more kinds of rules: format (a known format with its check digits) and sql (a query, asked on the organization's
-- unprivileged login).
alter table quality.rule_versions drop constraint rule_versions_kind_check;
alter table quality.rule_versions add constraint rule_versions_kind_check check (kind in ('required', 'type', 'range', 'length', 'pattern',
  'allowed_values', 'not_in_future', 'reference', 'comparison', 'uniqueness', 'functional_dependency', 'freshness', 'row_count', 'row_count_change',
  'null_share', 'mean', 'distinct_count', 'reconciliation', 'format', 'sql'));
alter table quality.rule_versions add constraint rule_versions_sql_check check (kind <> 'sql' or scope = 'dataset' and action = 'record');
-- Saved by the organization's service (the command line): its SQL runs for nobody in particular.
alter table quality.rule_versions add column by_service boolean not null default false;

alter table quality.rules drop constraint rules_origin_check;
alter table quality.rules add constraint rules_origin_check
  check (origin in ('hand', 'suggested', 'great_expectations', 'soda', 'odcs', 'rule_set'));
-- The rule set (key of list_rule_sets), its version and the rule of it that this one was installed from.
alter table quality.rules add column set_key text check (length(set_key) <= 100);
alter table quality.rules add column set_version int;
alter table quality.rules add column set_rule text check (length(set_rule) <= 80);
alter table quality.rules add column deployed_at timestamptz;
-- A stage: record only for so many loads, then take the rule's action in this share of the loads (null: in all).
alter table quality.rules add column stage_loads int check (stage_loads between 1 and 1000);
alter table quality.rules add column stage_share numeric check (stage_share > 0 and stage_share < 1);
-- Milliseconds per 100,000 rows, of the version that was measured.
alter table quality.rules add column cost_ms numeric check (cost_ms >= 0);
alter table quality.rules add column cost_version int;

-- Every deployment of a rule, for rolling back; version null: it was taken out.
create table quality.rule_deployments (
  org_id      uuid not null,
  rule_id     uuid not null,
  id          uuid not null default uuidv7(),
  version     int,
  stage_loads int,
  stage_share numeric,
  deployed_by uuid references access.users on delete set null,
  deployed_at timestamptz not null default clock_timestamp(),
  primary key (org_id, rule_id, id),
  foreign key (org_id, rule_id) references quality.rules (org_id, id) on delete cascade
);
create index rule_deployments_deployed_by_idx on quality.rule_deployments (deployed_by);

create table quality.system_rule_sets (
  name        text primary key check (length(name) <= 50),
  version     int not null,
  industry    text not null,
  title       text not null,
  description text not null,
  rules       jsonb not null
);

create table quality.rule_sets (
  org_id      uuid not null references tenancy.organizations on delete cascade,
  id          uuid not null default uuidv7(),
  name        text not null check (name ~ '^[a-z][a-z0-9_]*$' and length(name) <= 50),
  industry    text not null default '' check (length(industry) <= 50),
  title       text not null default '' check (length(title) <= 200),
  description text not null default '' check (length(description) <= 5000),
  version     int not null default 1 check (version > 0),
  -- Installed on every dataset with fields that match, also on later ones.
  everywhere  boolean not null default false,
  -- Set: everybody's, in the marketplace.
  shared_at   timestamptz,
  created_by  uuid references access.users on delete set null,
  created_at  timestamptz not null default clock_timestamp(),
  updated_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, name)
);
create index rule_sets_created_by_idx on quality.rule_sets (created_by);
create index rule_sets_shared_idx on quality.rule_sets (shared_at) where shared_at is not null;

create table quality.rule_set_versions (
  org_id     uuid not null,
  set_id     uuid not null,
  version    int not null check (version > 0),
  rules      jsonb not null check (jsonb_typeof(rules) = 'array' and pg_column_size(rules) <= 500000),
  note       text not null default '' check (length(note) <= 1000),
  saved_by   uuid references access.users on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (org_id, set_id, version),
  foreign key (org_id, set_id) references quality.rule_sets (org_id, id) on delete cascade
);
create index rule_set_versions_saved_by_idx on quality.rule_set_versions (saved_by);

create table quality.rule_set_installs (
  org_id       uuid not null,
  dataset_id   uuid not null,
  -- Key of list_rule_sets.
  set_key      text not null check (length(set_key) <= 100),
  version      int not null,
  -- As accepted: [{rule, fields: {slot: field}}].
  mapping      jsonb not null,
  installed_by uuid references access.users on delete set null,
  installed_at timestamptz not null default clock_timestamp(),
  updated_at   timestamptz not null default clock_timestamp(),
  primary key (org_id, dataset_id, set_key),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index rule_set_installs_set_key_idx on quality.rule_set_installs (set_key);
create index rule_set_installs_installed_by_idx on quality.rule_set_installs (installed_by);

-- What people say of failures: of one kept row of a check, or (line null) of all that a rule found in it.
create table quality.judgements (
  org_id     uuid not null,
  dataset_id uuid not null,
  id         uuid not null default uuidv7(),
  check_id   uuid not null,
  rule_name  text not null check (length(rule_name) <= 200),
  line       bigint,
  verdict    text not null check (verdict in ('confirmed', 'fixed', 'expected')),
  note       text not null default '' check (length(note) <= 1000),
  judged_by  uuid references access.users on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (org_id, dataset_id, id),
  unique nulls not distinct (org_id, dataset_id, check_id, rule_name, line),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index judgements_rule_idx on quality.judgements (org_id, dataset_id, rule_name);
create index judgements_judged_by_idx on quality.judgements (judged_by);

-- What a dataset is promised to be: below it an incident is opened.
create table quality.targets (
  org_id     uuid not null,
  dataset_id uuid not null,
  min_score  numeric not null check (min_score between 0 and 1),
  -- Since when its newest score is below; null: it is not.
  missed_at  timestamptz,
  set_by     uuid references access.users on delete set null,
  set_at     timestamptz not null default clock_timestamp(),
  primary key (org_id, dataset_id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index targets_set_by_idx on quality.targets (set_by);
