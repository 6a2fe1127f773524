--! Previous: sha1:3adfccb6055ca1b61260087323ca40b113d599c6
--! Hash: sha1:8bff45d7a22fe78e79f7e98d58169642edfda860

-- Ranges are filled in for pipelines too, several parts at once where wanted, and rest when somebody says so.
alter table ingest.backfills
  alter column source_id drop not null,
  add column pipeline_id uuid,
  add column newest_first boolean not null default false,
  -- Parts under way at once. A source has one reading at a time.
  add column at_once int not null default 1 check (at_once between 1 and 20),
  add foreign key (org_id, pipeline_id) references ingest.pipelines (org_id, id) on delete cascade,
  add constraint backfills_one_target check (num_nonnulls(source_id, pipeline_id) = 1),
  add constraint backfills_sources_one_by_one check (source_id is null or at_once = 1),
  drop constraint backfills_state_check,
  drop constraint backfills_check,
  drop constraint backfills_check1,
  add constraint backfills_state_check check (state in ('running', 'paused', 'succeeded', 'failed', 'cancelled')),
  add constraint backfills_ended_when_final check ((state in ('running', 'paused')) = (ended_at is null)),
  -- A paused one is looked at until nothing of it is under way.
  add constraint backfills_looked_at_when_running check
    ((state <> 'running' or look_at is not null) and (state in ('running', 'paused') or look_at is null));
drop index ingest.backfills_look_idx;
create index backfills_look_idx on ingest.backfills (look_at) where look_at is not null;
create index backfills_pipeline_idx on ingest.backfills (org_id, pipeline_id, created_at desc);
create unique index backfills_pipeline_open_idx on ingest.backfills (org_id, pipeline_id) where state = 'running';

alter table ingest.backfill_slices
  add column pipeline_run_id uuid,
  add foreign key (org_id, pipeline_run_id) references ingest.pipeline_runs (org_id, id) on delete set null (pipeline_run_id);
create index backfill_slices_pipeline_run_idx on ingest.backfill_slices (org_id, pipeline_run_id);
-- How many of an organization's are under way.
create index backfill_slices_running_idx on ingest.backfill_slices (org_id) where state = 'running';

alter table ingest.pipeline_runs
  -- {from, to} of an execution over a part of its input.
  add column range jsonb check (jsonb_typeof(range) = 'object' and pg_column_size(range) <= 1000),
  add column backfill_id uuid,
  -- A failed one: the last step whose rows are kept, for as long as they are.
  add column kept_step int check (kept_step between 0 and 100),
  -- Of a re-run: the step it began at, and where that is the first, why.
  add column rerun_step int check (rerun_step between 0 and 101),
  add column rerun_reason text check (length(rerun_reason) <= 500),
  add foreign key (org_id, backfill_id) references ingest.backfills (org_id, id) on delete set null (backfill_id),
  drop constraint pipeline_runs_rerun_from_check,
  add constraint pipeline_runs_rerun_from_check check (rerun_from in ('start', 'step', 'load')),
  add constraint pipeline_runs_step_when_rerun check (rerun_step is null or rerun_from = 'step');
create index pipeline_runs_backfill_idx on ingest.pipeline_runs (org_id, backfill_id);

alter table ingest.schedule_runs
  drop constraint schedule_runs_rerun_from_check,
  add constraint schedule_runs_rerun_from_check check (rerun_from in ('start', 'step', 'load'));

-- What the finished steps of a failed execution made: objects of the store, for as long as a re-run may begin behind them.
create table private.kept_steps (
  org_id          uuid not null,
  pipeline_run_id uuid not null,
  -- The last finished step.
  "position"      int not null check ("position" between 0 and 100),
  -- [{name, key, columns: [{name, type}], rows, output, step}]; output and step of a split's second output.
  tables          jsonb not null check (jsonb_typeof(tables) = 'array' and pg_column_size(tables) <= 2000000),
  -- [[table, select]]: what lineage is told of.
  selects         jsonb not null check (pg_column_size(selects) <= 4000000),
  -- How the input, the datasets and the policies were when it began (ingest.input_state).
  inputs          jsonb not null check (pg_column_size(inputs) <= 2000000),
  bytes           bigint not null check (bytes >= 0),
  kept_at         timestamptz not null default clock_timestamp(),
  primary key (org_id, pipeline_run_id),
  foreign key (org_id, pipeline_run_id) references ingest.pipeline_runs (org_id, id) on delete cascade
);
create index kept_steps_age_idx on private.kept_steps (kept_at);

-- A batch of a stream: of a key the last event counts, also where it is loaded late.
alter table ingest.runs add column of_events boolean not null default false;

-- Dry runs of pipelines and of rules are one thing: asked for, answered by a worker, taken once by whoever asked.
drop table private.pipeline_trials, private.rule_trials;
create unlogged table private.trials (
  org_id       uuid not null references tenancy.organizations on delete cascade,
  id           uuid not null default uuidv7(),
  kind         text not null check (kind in ('pipeline', 'rule')),
  requested_by uuid references access.users on delete cascade,
  -- A rule's.
  dataset_id   uuid,
  definition   jsonb not null,
  -- pipeline: {objectKey, rowLimit}; rule: {loads}.
  settings     jsonb not null default '{}' check (pg_column_size(settings) <= 10000),
  result       jsonb,
  created_at   timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  check ((kind = 'rule') = (dataset_id is not null))
);
create index trials_requested_by_idx on private.trials (requested_by);
create index trials_dataset_idx on private.trials (org_id, dataset_id);
create index trials_created_idx on private.trials (created_at);
