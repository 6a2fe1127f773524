--! Previous: sha1:c97f878d44b53c50156401d5a35f5e1135f622b8
--! Hash: sha1:d26885dc8506a26b28be6f2872557214637d06c0

-- Erasures by four eyes, where the organization says so. Until another person has approved, an erasure is a search
-- (dry_run), so that nothing which runs for it can remove anything.
alter table tenancy.organizations
  add column erasures_approved boolean not null default false,
  -- Switched off: until then approval is needed all the same.
  add column erasures_alone_from timestamptz;

alter table data.erasures
  add column needs_approval boolean not null default false,
  -- What the search before the approval found, as found.
  add column planned jsonb check (pg_column_size(planned) <= 10000),
  -- Whoever has not approved by then does not any more: what describes the person is not kept for ever.
  add column expires_at timestamptz,
  add column approved boolean,
  add column decided_by uuid references access.users on delete set null,
  add column decided_at timestamptz,
  add column decision_note text check (length(decision_note) <= 1000);
alter table data.erasures drop constraint erasures_state_check;
alter table data.erasures drop constraint erasures_check;
alter table data.erasures
  add constraint erasures_state_check check (state in ('queued', 'running', 'waiting', 'approval', 'succeeded', 'failed', 'refused')),
  add constraint erasures_finished_check check ((state in ('succeeded', 'failed', 'refused')) = (finished_at is not null)),
  add constraint erasures_approved_check check (dry_run or not needs_approval or approved is true),
  add constraint erasures_decided_check check ((approved is null) = (decided_at is null)),
  add constraint erasures_approval_check check (state <> 'approval' or dry_run and needs_approval and expires_at is not null);
create index erasures_decided_by_idx on data.erasures (decided_by);

-- Holds with an end: noticed_at is when it was told, lapsed that it ended by its date and not by a person.
alter table data.legal_holds
  add column ends_at timestamptz,
  add column noticed_at timestamptz,
  add column lapsed boolean not null default false;
alter table data.legal_holds
  add constraint legal_holds_lapsed_check check (not lapsed or released_at is not null and released_by is null and ends_at is not null and noticed_at is not null);
create index legal_holds_ending_idx on data.legal_holds (ends_at) where released_at is null and ends_at is not null;
