--! Previous: sha1:95cca98b18ed1e0feaf9621fca2114b080d9423e
--! Hash: sha1:fc2bb5e3a22d7abdfc332dd45f5ca55ce69f0e6e

-- Fair sharing: the last turn given to an organization's runs (private.take_turn).
create table private.turns (
  org_id uuid primary key references tenancy.organizations on delete cascade,
  turn   int not null check (turn between 1 and 32000)
);

-- Whether an organization has runs that wait for a worker.
create index runs_queued_idx on ingest.runs (org_id) where status = 'queued';
