--! Previous: sha1:ec25b304f9a503f8c9ea116c50e12aa89d10ab74
--! Hash: sha1:4021f10f9f8b428a101c15b78a200269ec09ef64

-- Rules as data. What runs at a load is the deployed version; a newer one is a draft until it is deployed.
create table quality.rules (
  org_id           uuid not null references tenancy.organizations on delete cascade,
  id               uuid not null default uuidv7(),
  dataset_id       uuid not null,
  -- Issues of contract rules go by these words.
  name             text not null check (name ~ '^[a-z][a-z0-9_]*$' and length(name) <= 80
                     and name not in ('required', 'range', 'pattern', 'allowed_values', 'not_in_future', 'reference', 'type')),
  version          int not null default 1 check (version > 0),
  deployed_version int check (deployed_version <= version),
  enabled          boolean not null default true,
  owner_id         uuid references access.users on delete set null,
  -- hand, suggested, or the kind of file that it came from.
  origin           text not null default 'hand' check (origin in ('hand', 'suggested', 'great_expectations', 'soda')),
  created_by       uuid references access.users on delete set null,
  created_at       timestamptz not null default clock_timestamp(),
  updated_at       timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, dataset_id, name),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index rules_owner_id_idx on quality.rules (owner_id);
create index rules_created_by_idx on quality.rules (created_by);

create table quality.rule_versions (
  org_id       uuid not null,
  rule_id      uuid not null,
  version      int not null check (version > 0),
  kind         text not null check (kind in ('required', 'type', 'range', 'length', 'pattern', 'allowed_values', 'not_in_future', 'reference',
                 'comparison', 'uniqueness', 'functional_dependency', 'freshness', 'row_count', 'row_count_change', 'null_share', 'mean',
                 'distinct_count', 'reconciliation')),
  fields       text[] not null default '{}' check (cardinality(fields) <= 16),
  parameters   jsonb not null default '{}' check (jsonb_typeof(parameters) = 'object' and pg_column_size(parameters) <= 200000),
  severity     text not null default 'warning' check (severity in ('info', 'warning', 'error', 'critical')),
  -- row: each row of a load is asked. batch: the load as a whole. dataset: the rows in force once the load is merged.
  scope        text not null default 'row' check (scope in ('row', 'batch', 'dataset')),
  action       text not null default 'record' check (action in ('record', 'reject', 'hold')),
  dimension    text not null check (dimension in ('completeness', 'validity', 'accuracy', 'consistency', 'uniqueness', 'timeliness')),
  -- A rule passes with at most so many failures, and at most this share of the rows failing.
  max_failures bigint check (max_failures >= 0),
  max_share    numeric check (max_share between 0 and 1),
  tags         text[] not null default '{}' check (cardinality(tags) <= 50),
  description  text not null default '' check (length(description) <= 4000),
  note         text not null default '' check (length(note) <= 1000),
  saved_by     uuid references access.users on delete set null,
  created_at   timestamptz not null default clock_timestamp(),
  primary key (org_id, rule_id, version),
  foreign key (org_id, rule_id) references quality.rules (org_id, id) on delete cascade,
  check (action <> 'reject' or scope = 'row')
);
create index rule_versions_saved_by_idx on quality.rule_versions (saved_by);

-- One row a rule and check; a check is a load (check_id is the run's id) or was asked for by hand.
create table quality.results (
  org_id     uuid not null,
  dataset_id uuid not null,
  check_id   uuid not null,
  rule_name  text not null check (length(rule_name) <= 200),
  rule_id    uuid,
  version    int,
  run_id     uuid,
  field_name text not null default '',
  kind       text not null,
  dimension  text not null,
  severity   text not null,
  scope      text not null,
  row_count  bigint not null check (row_count >= 0),
  failures   bigint not null check (failures >= 0),
  share      numeric not null generated always as (case when row_count = 0 then case when failures > 0 then 1 else 0 end else least(1, round(failures::numeric / row_count, 6)) end) stored,
  measured   numeric,
  passed     boolean not null,
  message    text not null default '' check (length(message) <= 2000),
  checked_at timestamptz not null default clock_timestamp(),
  primary key (org_id, dataset_id, check_id, rule_name),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index results_trend_idx on quality.results (org_id, dataset_id, rule_name, checked_at desc);
create index results_check_idx on quality.results (org_id, check_id);

create table quality.failing_rows (
  org_id     uuid not null,
  dataset_id uuid not null,
  check_id   uuid not null,
  rule_name  text not null,
  no         int not null check (no between 1 and 100),
  line       bigint,
  record     jsonb not null,
  primary key (org_id, dataset_id, check_id, rule_name, no),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);

create table quality.scores (
  org_id     uuid not null,
  dataset_id uuid not null,
  check_id   uuid not null,
  run_id     uuid,
  score      numeric not null check (score between 0 and 1),
  rules      int not null,
  failed     int not null,
  row_count  bigint not null,
  checked_at timestamptz not null default clock_timestamp(),
  primary key (org_id, dataset_id, check_id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index scores_checked_idx on quality.scores (org_id, dataset_id, checked_at desc);

create table quality.incidents (
  org_id      uuid not null,
  id          uuid not null default uuidv7(),
  dataset_id  uuid not null,
  rule_name   text not null check (length(rule_name) <= 200),
  severity    text not null,
  title       text not null check (length(title) <= 500),
  state       text not null default 'open' check (state in ('open', 'acknowledged', 'resolved')),
  assignee_id uuid references access.users on delete set null,
  occurrences int not null default 1 check (occurrences > 0),
  first_check uuid not null,
  last_check  uuid not null,
  opened_at   timestamptz not null default clock_timestamp(),
  last_at     timestamptz not null default clock_timestamp(),
  -- To be answered by: severity's limit after it was opened.
  due_at      timestamptz not null,
  resolved_at timestamptz,
  resolved_by uuid references access.users on delete set null,
  primary key (org_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  check ((state = 'resolved') = (resolved_at is not null))
);
create unique index incidents_open_idx on quality.incidents (org_id, dataset_id, rule_name) where state <> 'resolved';
create index incidents_opened_idx on quality.incidents (org_id, opened_at desc);
create index incidents_dataset_idx on quality.incidents (org_id, dataset_id);
create index incidents_assignee_id_idx on quality.incidents (assignee_id);
create index incidents_resolved_by_idx on quality.incidents (resolved_by);

create table quality.incident_comments (
  org_id      uuid not null,
  incident_id uuid not null,
  id          uuid not null default uuidv7(),
  author_id   uuid references access.users on delete set null,
  body        text not null check (length(body) between 1 and 4000),
  created_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, incident_id, id),
  foreign key (org_id, incident_id) references quality.incidents (org_id, id) on delete cascade
);
create index incident_comments_author_id_idx on quality.incident_comments (author_id);

-- A profile of the rows in force after a load.
create table quality.profiles (
  org_id     uuid not null,
  dataset_id uuid not null,
  id         uuid not null default uuidv7(),
  run_id     uuid,
  row_count  bigint not null,
  -- Rows that quantiles, top values and shapes were read from.
  sampled    bigint not null,
  drift      numeric,
  millis     int not null,
  made_at    timestamptz not null default clock_timestamp(),
  primary key (org_id, dataset_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index profiles_made_idx on quality.profiles (org_id, dataset_id, made_at desc);

create table quality.column_profiles (
  org_id         uuid not null,
  dataset_id     uuid not null,
  profile_id     uuid not null,
  field_name     text not null,
  position       int not null,
  type           text not null,
  row_count      bigint not null,
  nulls          bigint not null,
  empties        bigint not null default 0,
  distinct_count bigint not null,
  distinct_exact boolean not null,
  -- Share of the rows whose value was met once only: how likely the next value is a new one (Good-Turing).
  unseen_share   numeric not null default 1,
  minimum        text,
  maximum        text,
  mean           numeric,
  deviation      numeric,
  shortest       int,
  longest        int,
  quantiles      jsonb,
  top_values     jsonb not null default '[]',
  shapes         jsonb not null default '[]',
  types_seen     jsonb not null default '{}',
  histogram      jsonb,
  -- Against the profile before: {measure: psi | ks, value, drifted}.
  drift          jsonb,
  primary key (org_id, dataset_id, profile_id, field_name),
  foreign key (org_id, dataset_id, profile_id) references quality.profiles (org_id, dataset_id, id) on delete cascade
);

-- What people said of a flagged point or rule result: expected ones are learned from.
create table quality.feedback (
  org_id     uuid not null,
  dataset_id uuid not null,
  id         uuid not null default uuidv7(),
  measure    text not null check (length(measure) <= 100),
  moment     timestamptz not null,
  verdict    text not null check (verdict in ('expected', 'anomaly')),
  note       text not null default '' check (length(note) <= 1000),
  given_by   uuid references access.users on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (org_id, dataset_id, id),
  unique (org_id, dataset_id, measure, moment),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index feedback_given_by_idx on quality.feedback (given_by);
