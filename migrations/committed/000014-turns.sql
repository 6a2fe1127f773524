--! Previous: sha1:aa0489e75b9d4b3c767ce3cf7753fbb82a413ece
--! Hash: sha1:436af4683910c0579ddc89119afc0b39bc6f86fe

-- Fair sharing: the last turn given to an organization's runs (private.take_turn).
create table private.turns (
  org_id uuid primary key references tenancy.organizations on delete cascade,
  turn   int not null check (turn between 1 and 32000)
);

-- Whether an organization has runs that wait for a worker.
create index runs_queued_idx on ingest.runs (org_id) where status = 'queued';
