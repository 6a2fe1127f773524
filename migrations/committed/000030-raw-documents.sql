--! Previous: sha1:c316f31ebc18c1ae252daed6f9167b4c7f2cb6cc
--! Hash: sha1:11990d93e8380b3bc8863b7af339f9ad935883df

-- States of a file's raw documents are numbered in the order in which they came about: the document store keeps the number,
-- and an older state never takes the place of a newer one.
create sequence private.raw_generations;

-- Runs that ended and whose file's raw records are not yet in the document store as the run left them. A row goes when they
-- are; where there is no document store, there is none.
create table private.raw_due (
  org_id     uuid not null,
  run_id     uuid not null,
  file_id    uuid not null,
  generation bigint not null default nextval('private.raw_generations'),
  -- Lines that were set aside. Landing tables, which know them, end with the run.
  rejected   int8multirange not null default '{}',
  duplicates int8multirange not null default '{}',
  -- Lines from here on are not told: more were set aside than are kept. null: all are.
  told_to    bigint,
  since      timestamptz not null default clock_timestamp(),
  attempts   int not null default 0,
  -- {code, message, hint} of the last attempt.
  error      jsonb,
  -- It does not help to try again by itself.
  given_up   boolean not null default false,
  primary key (org_id, run_id),
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete cascade
);
create index raw_due_file_idx on private.raw_due (org_id, file_id, generation);
create index raw_due_since_idx on private.raw_due (since) where not given_up;

-- How long entries of the change feed are kept; null: as the platform does (private.sweep_changes).
alter table tenancy.organizations
  add column change_retention_days int check (change_retention_days between 1 and 365);
create index organizations_change_retention_idx on tenancy.organizations (change_retention_days) where change_retention_days is not null;
