--! Previous: sha1:1f6d430f41b6089873e1d3c85607ce6c2e9ce81d
--! Hash: sha1:b85b0d9eb2ea65b518091cbd52ce4933879034fd

-- Secrets of an organization's hash masks. Read by the generated views alone.
create table private.mask_keys (
  org_id     uuid primary key references tenancy.organizations on delete cascade,
  secret     bytea not null default public.gen_random_bytes(32) check (octet_length(secret) = 32),
  created_at timestamptz not null default clock_timestamp()
);

-- How a run's file was read: dialect, columns, and for a new dataset the evidence of its contract, which holds least and
-- greatest values. A table of its own, so that whom a mask or filter binds can see the run without it.
create table ingest.inspections (
  org_id  uuid not null,
  run_id  uuid not null,
  content jsonb not null,
  primary key (org_id, run_id),
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete cascade
);
