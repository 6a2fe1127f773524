--! Previous: sha1:fb6cd17b8bc0a170a2cbb4981f450e7881f0d5e2
--! Hash: sha1:ec25b304f9a503f8c9ea116c50e12aa89d10ab74

-- Schedules start readings of sources and executions of pipelines by themselves; ranges are filled in slice by slice;
-- datasets say how old they may become.
create table ingest.schedules (
  org_id         uuid not null references tenancy.organizations on delete cascade,
  id             uuid not null default uuidv7(),
  name           text not null check (name ~ '^[a-z][a-z0-9_-]{0,49}$'),
  source_id      uuid,
  pipeline_id    uuid,
  trigger        text not null check (trigger in ('cron', 'interval', 'new_object', 'upstream', 'freshness', 'hand')),
  cron           text check (length(cron) <= 200),
  time_zone      text not null default 'UTC' check (length(time_zone) <= 60),
  every          interval check (every between '1 second' and '366 days'),
  -- Of several upstreams: the success of any of them, or of all of them since the last start.
  upstream_mode  text not null default 'any' check (upstream_mode in ('any', 'all')),
  -- freshness: this dataset is not to be older than max_age.
  dataset_id     uuid,
  max_age        interval check (max_age between '10 seconds' and '366 days'),
  -- What becomes of a due time at which nothing ran: one run makes up for all (once), or they are only counted (none).
  catch_up       text not null default 'once' check (catch_up in ('once', 'none')),
  paused         boolean not null default false,
  -- null: nothing by the clock.
  next_due_at    timestamptz,
  -- The upstream's load or execution that made it due.
  pending_cause  uuid,
  missed_count   bigint not null default 0,
  last_run_id    uuid,
  last_state     text,
  last_ended_at  timestamptz,
  -- Why it cannot be planned any more (its time zone is gone, ...); it rests until it is changed.
  problem        text check (length(problem) <= 1000),
  created_by     uuid references access.users on delete set null,
  created_at     timestamptz not null default clock_timestamp(),
  updated_at     timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, name),
  foreign key (org_id, source_id) references ingest.sources (org_id, id) on delete cascade,
  foreign key (org_id, pipeline_id) references ingest.pipelines (org_id, id) on delete cascade,
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  check (num_nonnulls(source_id, pipeline_id) = 1),
  check ((trigger = 'cron') = (cron is not null)),
  check ((trigger in ('interval', 'new_object')) = (every is not null)),
  check ((trigger = 'freshness') = (dataset_id is not null) and (trigger = 'freshness') = (max_age is not null)),
  check (not paused or next_due_at is null)
);
-- The tick's question: what is due. Nothing else of this table costs it anything.
create index schedules_due_idx on ingest.schedules (next_due_at) where next_due_at is not null;
create index schedules_source_idx on ingest.schedules (org_id, source_id);
create index schedules_pipeline_idx on ingest.schedules (org_id, pipeline_id);
create index schedules_dataset_idx on ingest.schedules (org_id, dataset_id);
create index schedules_created_by_idx on ingest.schedules (created_by);

create table ingest.schedule_upstreams (
  org_id       uuid not null,
  schedule_id  uuid not null,
  id           uuid not null default uuidv7(),
  pipeline_id  uuid,
  dataset_id   uuid,
  -- Since the schedule's last start; what of all upstreams is there already.
  satisfied_at timestamptz,
  primary key (org_id, schedule_id, id),
  foreign key (org_id, schedule_id) references ingest.schedules (org_id, id) on delete cascade,
  foreign key (org_id, pipeline_id) references ingest.pipelines (org_id, id) on delete cascade,
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  check (num_nonnulls(pipeline_id, dataset_id) = 1)
);
create index schedule_upstreams_pipeline_idx on ingest.schedule_upstreams (org_id, pipeline_id);
create index schedule_upstreams_dataset_idx on ingest.schedule_upstreams (org_id, dataset_id);

create table ingest.schedule_runs (
  org_id          uuid not null,
  id              uuid not null default uuidv7(),
  schedule_id     uuid not null,
  trigger         text not null check (trigger in ('cron', 'interval', 'new_object', 'upstream', 'freshness', 'hand', 'rerun')),
  state           text not null default 'waiting' check (state in ('waiting', 'running', 'succeeded', 'failed', 'held', 'cancelled')),
  due_at          timestamptz not null default clock_timestamp(),
  -- waiting: when it is tried next, and what it waits for.
  try_at          timestamptz,
  reason          text check (length(reason) <= 500),
  -- running: when it is looked at next, should no signal come before.
  look_at         timestamptz,
  pull_id         uuid,
  pipeline_run_id uuid,
  load_ids        uuid[] not null default '{}' check (cardinality(load_ids) <= 1100),
  -- The upstream's load or execution whose success started this one.
  trigger_run     uuid,
  rerun_of        uuid,
  -- start: all of it again; load: only the loads that failed.
  rerun_from      text check (rerun_from in ('start', 'load')),
  error           jsonb check (pg_column_size(error) <= 20000),
  requested_by    uuid references access.users on delete set null,
  created_at      timestamptz not null default clock_timestamp(),
  started_at      timestamptz,
  ended_at        timestamptz,
  primary key (org_id, id),
  foreign key (org_id, schedule_id) references ingest.schedules (org_id, id) on delete cascade,
  foreign key (org_id, pull_id) references ingest.source_pulls (org_id, id) on delete set null (pull_id),
  foreign key (org_id, pipeline_run_id) references ingest.pipeline_runs (org_id, id) on delete set null (pipeline_run_id),
  foreign key (org_id, rerun_of) references ingest.schedule_runs (org_id, id) on delete set null (rerun_of),
  constraint schedule_runs_ended_when_final check ((state in ('succeeded', 'failed', 'held', 'cancelled')) = (ended_at is not null)),
  constraint schedule_runs_tried_when_waiting check ((state = 'waiting') = (try_at is not null)),
  constraint schedule_runs_looked_at_when_running check ((state = 'running') = (look_at is not null))
);
create index schedule_runs_schedule_idx on ingest.schedule_runs (org_id, schedule_id, created_at desc);
create index schedule_runs_pull_idx on ingest.schedule_runs (org_id, pull_id);
create index schedule_runs_pipeline_run_idx on ingest.schedule_runs (org_id, pipeline_run_id);
create index schedule_runs_rerun_of_idx on ingest.schedule_runs (org_id, rerun_of);
create index schedule_runs_requested_by_idx on ingest.schedule_runs (requested_by);
-- One waits, not more; one runs.
create unique index schedule_runs_waiting_idx on ingest.schedule_runs (org_id, schedule_id) where state = 'waiting';
create unique index schedule_runs_running_idx on ingest.schedule_runs (org_id, schedule_id) where state = 'running';
create index schedule_runs_try_idx on ingest.schedule_runs (try_at) where state = 'waiting';
create index schedule_runs_look_idx on ingest.schedule_runs (look_at) where state = 'running';
create index schedule_runs_loads_idx on ingest.schedule_runs using gin (load_ids) where state = 'running';

alter table ingest.schedules
  add foreign key (org_id, last_run_id) references ingest.schedule_runs (org_id, id) on delete set null (last_run_id);
create index schedules_last_run_idx on ingest.schedules (org_id, last_run_id);

create table ingest.schedule_limits (
  org_id              uuid primary key references tenancy.organizations on delete cascade,
  max_running         int not null default 20 check (max_running between 1 and 1000),
  max_starts_per_hour int not null default 5000 check (max_starts_per_hour between 1 and 100000),
  -- The clock hour that is counted, and its starts.
  counted_hour        timestamptz not null default date_trunc('hour', clock_timestamp()),
  starts              int not null default 0
);

create table ingest.backfills (
  org_id       uuid not null,
  id           uuid not null default uuidv7(),
  source_id    uuid not null,
  range_from   text not null check (length(range_from) <= 100),
  range_to     text not null check (length(range_to) <= 100),
  step         text not null check (length(step) <= 100),
  state        text not null default 'running' check (state in ('running', 'succeeded', 'failed', 'cancelled')),
  slices       int not null check (slices between 1 and 5000),
  done         int not null default 0,
  look_at      timestamptz default clock_timestamp(),
  reason       text check (length(reason) <= 500),
  error        jsonb check (pg_column_size(error) <= 20000),
  requested_by uuid references access.users on delete set null,
  created_at   timestamptz not null default clock_timestamp(),
  ended_at     timestamptz,
  primary key (org_id, id),
  foreign key (org_id, source_id) references ingest.sources (org_id, id) on delete cascade,
  check ((state = 'running') = (ended_at is null)),
  check ((state = 'running') = (look_at is not null)),
  check (done <= slices)
);
create index backfills_source_idx on ingest.backfills (org_id, source_id, created_at desc);
create unique index backfills_open_idx on ingest.backfills (org_id, source_id) where state = 'running';
create index backfills_look_idx on ingest.backfills (look_at) where state = 'running';
create index backfills_requested_by_idx on ingest.backfills (requested_by);

create table ingest.backfill_slices (
  org_id      uuid not null,
  backfill_id uuid not null,
  "position"  int not null check ("position" between 1 and 5000),
  range_from  text not null check (length(range_from) <= 100),
  range_to    text not null check (length(range_to) <= 100),
  state       text not null default 'waiting' check (state in ('waiting', 'running', 'succeeded', 'failed')),
  pull_id     uuid,
  error       jsonb check (pg_column_size(error) <= 20000),
  started_at  timestamptz,
  ended_at    timestamptz,
  primary key (org_id, backfill_id, "position"),
  foreign key (org_id, backfill_id) references ingest.backfills (org_id, id) on delete cascade,
  foreign key (org_id, pull_id) references ingest.source_pulls (org_id, id) on delete set null (pull_id)
);
create index backfill_slices_pull_idx on ingest.backfill_slices (org_id, pull_id);

create table ingest.freshness (
  org_id     uuid not null,
  dataset_id uuid not null,
  max_age    interval not null check (max_age between '10 seconds' and '366 days'),
  -- Since when it is later than it may be; null: it is not, as far as was looked.
  late_since timestamptz,
  check_at   timestamptz not null default clock_timestamp(),
  set_at     timestamptz not null default clock_timestamp(),
  set_by     uuid references access.users on delete set null,
  primary key (org_id, dataset_id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index freshness_check_idx on ingest.freshness (check_at);
create index freshness_set_by_idx on ingest.freshness (set_by);

-- What ended, for the tick to act upon: written by whoever ends something, without a lock on anything that the tick
-- holds, and gone once it was seen.
create table private.schedule_signals (
  org_id    uuid not null references tenancy.organizations on delete cascade,
  id        uuid not null default uuidv7(),
  kind      text not null check (kind in ('run', 'backfill', 'dataset', 'pipeline')),
  -- The schedule's run, the backfill, the dataset or the pipeline.
  object_id uuid not null,
  -- dataset, pipeline: the load or execution that succeeded.
  cause     uuid,
  primary key (org_id, id)
);
create index schedule_signals_order_idx on private.schedule_signals (id);

-- A failed load that is loaded again from its file.
alter table ingest.runs add column rerun_of uuid;
alter table ingest.runs add column rerun_from text check (rerun_from in ('stage'));
alter table ingest.runs add foreign key (org_id, rerun_of) references ingest.runs (org_id, id) on delete set null (rerun_of);
create index runs_rerun_of_idx on ingest.runs (org_id, rerun_of);
