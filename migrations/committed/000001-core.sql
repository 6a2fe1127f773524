--! Previous: -
--! Hash: sha1:084a6bd5759e4400ce57f4f17a06f4593b326a49

-- The schemas, in domain order: a domain may reference those above it, never below.
create schema private;
comment on schema private is 'What no API role may reach, whichever domain it serves: keys, secrets, identity functions.';
create schema core;
comment on schema core is 'Helpers that every domain uses: errors, time stamps, jobs, notifications.';
create schema audit;
comment on schema audit is 'Who did what, when, on which object: append-only.';
create schema tenancy;
comment on schema tenancy is 'Organizations.';
create schema access;
comment on schema access is 'Users, memberships, roles, permissions, SQL logins.';
create schema data;
comment on schema data is 'Datasets and their contracts; makes the tables that hold each organization''s rows.';
create schema quality;
comment on schema quality is 'Rules beyond the contract, their severity and thresholds.';
create schema ingest;
comment on schema ingest is 'Files, runs, their steps and the rows they rejected.';
create schema lineage;
comment on schema lineage is 'What came from what.';
create schema landing;
comment on schema landing is 'Unlogged tables of running loads, one or more a run, dropped with it. No login but the worker''s reaches it.';

-- Keys that sign identity claims. The newest signs, all not retired verify, so a key can be changed without a gap.
create table private.claim_keys (
  id         uuid primary key default uuidv7(),
  secret     bytea not null check (octet_length(secret) >= 32),
  created_at timestamptz not null default clock_timestamp(),
  retired_at timestamptz
);

-- Digest of the sql/ tree that was last applied, so that an unchanged tree is not applied again.
create table private.applied_sql (
  singleton  boolean primary key default true check (singleton),
  digest     text not null,
  applied_at timestamptz not null default clock_timestamp()
);

-- Workers alive: a worker that stops beating has its jobs unlocked and its runs taken over.
create table private.workers (
  worker_id  text primary key check (length(worker_id) <= 200),
  started_at timestamptz not null default clock_timestamp(),
  beat_at    timestamptz not null default clock_timestamp()
);
