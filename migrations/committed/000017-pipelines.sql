--! Previous: sha1:4362bb673cc8d080cd75d8e1cb61ba4ac803e9c9
--! Hash: sha1:0af15269d888ba8db030d2dc441a33e6e456fc35

-- The organization's unprivileged login, on which alone user-written SQL runs.
create table private.sandbox_logins (
  org_id     uuid primary key references tenancy.organizations on delete cascade,
  role_name  text not null check (role_name ~ '^sandbox_[0-9a-f]{18}$'),
  role_oid   oid not null,
  -- The password, sealed with the installation's key, which is not in PostgreSQL.
  sealed     text not null check (length(sealed) <= 1000),
  created_at timestamptz not null default clock_timestamp()
);
create index sandbox_logins_role_oid_idx on private.sandbox_logins (role_oid);

create table ingest.pipelines (
  org_id          uuid not null references tenancy.organizations on delete cascade,
  id              uuid not null default uuidv7(),
  name            text not null check (name ~ '^[a-z][a-z0-9_]*$' and length(name) <= 50),
  title           text not null default '' check (length(title) <= 200),
  description     text not null default '' check (length(description) <= 5000),
  version         int not null default 1 check (version > 0),
  -- Where an installed template came from, and which of its versions this is.
  origin          text check (origin in ('system', 'organization', 'marketplace')),
  origin_template text check (length(origin_template) <= 100),
  origin_version  int,
  created_by      uuid references access.users on delete set null,
  created_at      timestamptz not null default clock_timestamp(),
  updated_at      timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, name)
);
create index pipelines_created_by_idx on ingest.pipelines (created_by);

create table ingest.pipeline_versions (
  org_id      uuid not null,
  pipeline_id uuid not null,
  version     int not null check (version > 0),
  definition  jsonb not null check (jsonb_typeof(definition) = 'object' and pg_column_size(definition) <= 200000),
  note        text not null default '' check (length(note) <= 1000),
  saved_by    uuid references access.users on delete set null,
  -- Saved by the organization's service (the command line): its runs act for nobody in particular.
  by_service  boolean not null,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, pipeline_id, version),
  foreign key (org_id, pipeline_id) references ingest.pipelines (org_id, id) on delete cascade
);
create index pipeline_versions_saved_by_idx on ingest.pipeline_versions (saved_by);

create table ingest.pipeline_runs (
  org_id           uuid not null,
  id               uuid not null default uuidv7(),
  pipeline_id      uuid not null,
  version          int not null,
  trigger          text not null check (trigger ~ '^[a-z][a-z_]{0,29}$'),
  file_id          uuid,
  status           text not null default 'queued' check (status in
                     ('queued', 'running', 'waiting', 'submitted', 'succeeded', 'failed', 'cancelled')),
  -- The load that its main result became.
  run_id           uuid,
  rerun_of         uuid,
  rows_in          bigint,
  rows_out         bigint,
  -- {code, message, hint, step, position}; values of rows are in ingest.pipeline_failures.
  error            jsonb check (pg_column_size(error) <= 20000),
  attempts         int not null default 0,
  lease_generation int not null default 0,
  lease_until      timestamptz,
  worker_id        text,
  requested_by     uuid references access.users on delete set null,
  by_service       boolean not null,
  created_at       timestamptz not null default clock_timestamp(),
  started_at       timestamptz,
  finished_at      timestamptz,
  primary key (org_id, id),
  foreign key (org_id, pipeline_id, version) references ingest.pipeline_versions (org_id, pipeline_id, version) on delete cascade,
  foreign key (org_id, file_id) references ingest.files (org_id, id),
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete set null (run_id),
  foreign key (org_id, rerun_of) references ingest.pipeline_runs (org_id, id) on delete set null (rerun_of),
  constraint pipeline_runs_finished_when_final check
    ((status in ('submitted', 'succeeded', 'failed', 'cancelled')) = (finished_at is not null)),
  constraint pipeline_runs_leased_when_running check (status <> 'running' or lease_until is not null)
);
create index pipeline_runs_pipeline_idx on ingest.pipeline_runs (org_id, pipeline_id, version, created_at desc);
create index pipeline_runs_created_idx on ingest.pipeline_runs (org_id, created_at desc);
-- Whether an organization has executions that wait for a worker.
create index pipeline_runs_queued_idx on ingest.pipeline_runs (org_id) where status = 'queued';
-- The reaper's question: which running executions lost their lease.
create index pipeline_runs_lease_idx on ingest.pipeline_runs (lease_until) where status = 'running';
create index pipeline_runs_file_idx on ingest.pipeline_runs (org_id, file_id);
create index pipeline_runs_run_idx on ingest.pipeline_runs (org_id, run_id);
create index pipeline_runs_rerun_of_idx on ingest.pipeline_runs (org_id, rerun_of);
create index pipeline_runs_requested_by_idx on ingest.pipeline_runs (requested_by);

create table ingest.pipeline_run_steps (
  org_id          uuid not null,
  pipeline_run_id uuid not null,
  -- 0 is the input, then the steps in their order.
  "position"      int not null check ("position" between 0 and 100),
  kind            text not null check (length(kind) <= 30),
  label           text not null default '' check (length(label) <= 200),
  rows_in         bigint,
  rows_out        bigint,
  column_names    text[] not null default '{}' check (cardinality(column_names) <= 1600),
  -- The load of a split's second output.
  run_id          uuid,
  started_at      timestamptz not null,
  finished_at     timestamptz,
  primary key (org_id, pipeline_run_id, "position"),
  foreign key (org_id, pipeline_run_id) references ingest.pipeline_runs (org_id, id) on delete cascade,
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete set null (run_id)
);
create index pipeline_run_steps_run_idx on ingest.pipeline_run_steps (org_id, run_id);

-- What of a failure holds rows' values.
create table ingest.pipeline_failures (
  org_id          uuid not null,
  pipeline_run_id uuid not null,
  message         text not null check (length(message) <= 5000),
  sample          jsonb check (pg_column_size(sample) <= 100000),
  primary key (org_id, pipeline_run_id),
  foreign key (org_id, pipeline_run_id) references ingest.pipeline_runs (org_id, id) on delete cascade
);

-- Dry runs on their way to whoever asked; taken once, then gone.
create unlogged table private.pipeline_trials (
  org_id       uuid not null references tenancy.organizations on delete cascade,
  id           uuid not null default uuidv7(),
  requested_by uuid references access.users on delete cascade,
  definition   jsonb not null,
  object_key   text,
  row_limit    int not null,
  result       jsonb,
  created_at   timestamptz not null default clock_timestamp(),
  primary key (org_id, id)
);
create index pipeline_trials_requested_by_idx on private.pipeline_trials (requested_by);
create index pipeline_trials_created_idx on private.pipeline_trials (org_id, created_at);

create table ingest.system_templates (
  name        text primary key check (length(name) <= 50),
  version     int not null,
  title       text not null,
  description text not null,
  definition  jsonb not null
);

create table ingest.pipeline_templates (
  org_id      uuid not null references tenancy.organizations on delete cascade,
  id          uuid not null default uuidv7(),
  name        text not null check (name ~ '^[a-z][a-z0-9_]*$' and length(name) <= 50),
  title       text not null default '' check (length(title) <= 200),
  description text not null default '' check (length(description) <= 5000),
  version     int not null default 1 check (version > 0),
  -- Set: everybody's, in the marketplace.
  shared_at   timestamptz,
  created_by  uuid references access.users on delete set null,
  created_at  timestamptz not null default clock_timestamp(),
  updated_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, name)
);
create index pipeline_templates_created_by_idx on ingest.pipeline_templates (created_by);
create index pipeline_templates_shared_idx on ingest.pipeline_templates (shared_at) where shared_at is not null;

create table ingest.pipeline_template_versions (
  org_id      uuid not null,
  template_id uuid not null,
  version     int not null check (version > 0),
  definition  jsonb not null check (jsonb_typeof(definition) = 'object' and pg_column_size(definition) <= 200000),
  note        text not null default '' check (length(note) <= 1000),
  saved_by    uuid references access.users on delete set null,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, template_id, version),
  foreign key (org_id, template_id) references ingest.pipeline_templates (org_id, id) on delete cascade
);
create index pipeline_template_versions_saved_by_idx on ingest.pipeline_template_versions (saved_by);

-- Which organizations have installed which shared template: its install count. Nobody reads who.
create table private.template_installs (
  org_id       uuid not null references tenancy.organizations on delete cascade,
  template     text not null check (length(template) <= 100),
  installed_at timestamptz not null default clock_timestamp(),
  primary key (org_id, template)
);
create index template_installs_template_idx on private.template_installs (template);
