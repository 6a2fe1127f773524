--! Previous: sha1:523ae2a835c6056214c4d8616a861e9aaf4c07ce
--! Hash: sha1:1f6d430f41b6089873e1d3c85607ce6c2e9ce81d

-- Every version of every row that decides about access. A version is written once and closed once; nothing else is ever
-- changed here. No foreign keys: what was, stays told when the organization or the person is gone.
create table access.changes (
  org_id     uuid not null,
  id         uuid not null default uuidv7(),
  table_name text not null check (length(table_name) <= 63),
  -- The row's key as a JSON array of text.
  row_key    text not null check (length(row_key) <= 1000),
  row        jsonb not null,
  valid_from timestamptz not null default clock_timestamp(),
  valid_to   timestamptz,
  -- Who made the version, and who ended it; null for the platform itself.
  changed_by uuid,
  ended_by   uuid,
  primary key (org_id, id),
  check (valid_to >= valid_from)
);
create unique index changes_open_idx on access.changes (org_id, table_name, row_key) where valid_to is null;
create index changes_as_of_idx on access.changes (org_id, table_name, valid_from);
-- What explaining somebody's access at a past moment asks for.
create index changes_user_idx on access.changes (org_id, table_name, (row ->> 'user_id'), valid_from);
