--! Previous: sha1:d99c3b3b4b1de21fb3411a59a361a2e77883a968
--! Hash: sha1:c443dac02a999ee2f1bb7091cbd18dceb77b6b28

-- Fair sharing: the last turn given to an organization's runs (private.take_turn).
create table private.turns (
  org_id uuid primary key references tenancy.organizations on delete cascade,
  turn   int not null check (turn between 1 and 32000)
);

-- Whether an organization has runs that wait for a worker.
create index runs_queued_idx on ingest.runs (org_id) where status = 'queued';
