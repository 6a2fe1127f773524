--! Previous: sha1:8bff45d7a22fe78e79f7e98d58169642edfda860
--! Hash: sha1:c97f878d44b53c50156401d5a35f5e1135f622b8

-- The pairs of a functional dependency as a check found them, from which the next one goes on (docs/explanation/decisions/0007).
create table private.carried_pairs (
  org_id     uuid not null,
  dataset_id uuid not null,
  check_id   uuid not null,
  rule_id    uuid not null,
  -- [[value, ..., rows], ...]
  pairs      jsonb not null check (jsonb_typeof(pairs) = 'array'),
  primary key (org_id, dataset_id, check_id, rule_id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
