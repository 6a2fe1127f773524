--! Previous: sha1:0b6d41125a1565452dd282ec615bacbc90950e9c
--! Hash: sha1:201b77a4417468f4419ba8690a98c646fcd87ed1

-- Seals: what proves that the trail and every data version are as they were (docs/explanation/decisions/0006).

-- Found by the sealer: what came after the last sealed row of an organization, in the order of transactions.
create index events_org_id_txid_id_idx on audit.events (org_id, txid, id);

-- One row a statement that made data versions. It commits to each of them.
create table audit.data_changes (
  org_id           uuid not null,
  id               uuid not null default uuidv7(),
  at               timestamptz not null default clock_timestamp(),
  txid             xid8 not null default pg_current_xact_id(),
  dataset_id       uuid not null,
  contract_version int not null check (contract_version >= 1),
  operation        text not null check (operation in ('insert', 'update', 'delete')),
  run_id           uuid,
  row_count        bigint not null check (row_count > 0),
  -- 16 bytes a version, in the order of private.change_secrets.names. Null: a load, whose versions are taken from the
  -- tables when they are sealed (audit.change_parts).
  commitments      bytea,
  primary key (org_id, id),
  check (commitments is not null or run_id is not null),
  check (octet_length(commitments) = 16 * row_count)
);
alter table audit.data_changes alter commitments set storage external;
create index data_changes_org_id_txid_id_idx on audit.data_changes (org_id, txid, id);

-- Commitments of a load's versions: 18 bytes each, the line within the part (2) and the commitment (16).
create table audit.change_parts (
  org_id      uuid not null,
  change_id   uuid not null,
  -- Lines from part * 4096 on.
  part        int not null check (part >= 0),
  row_count   int not null check (row_count between 1 and 4096),
  commitments bytea not null check (octet_length(commitments) = 18 * row_count),
  primary key (org_id, change_id, part)
);
alter table audit.change_parts alter commitments set storage external;

-- The Merkle tree of an organization (RFC 6962), one leaf an event or change.
create table audit.leaves (
  org_id    uuid not null,
  position  bigint not null check (position >= 0),
  kind      text not null check (kind in ('event', 'change')),
  source_id uuid not null,
  hash      bytea not null check (octet_length(hash) = 32),
  primary key (org_id, position),
  unique (org_id, source_id)
);

-- Every eighth level of whole subtrees (256 leaves, 65,536, ...), so that a proof reads hundreds of rows, not millions.
create table audit.tree_nodes (
  org_id   uuid not null,
  level    int not null check (level > 0 and level % 8 = 0),
  position bigint not null check (position >= 0),
  hash     bytea not null check (octet_length(hash) = 32),
  primary key (org_id, level, position)
);

-- Signed heads of the tree, each naming the one before it.
create table audit.checkpoints (
  org_id   uuid not null,
  size     bigint not null check (size > 0),
  at       timestamptz not null,
  root     bytea not null check (octet_length(root) = 32),
  -- sha256 of the previous checkpoint's jws.
  previous bytea check (octet_length(previous) = 32),
  key_id   text not null check (length(key_id) <= 200),
  jws      text not null check (length(jws) <= 4000),
  primary key (org_id, size)
);

-- Where an organization's tree stands.
create table private.audit_trees (
  org_id      uuid primary key,
  size        bigint not null default 0 check (size >= 0),
  -- Roots of the whole subtrees that make up the tree, largest first.
  frontier    bytea[] not null default '{}' check (cardinality(frontier) <= 63),
  -- The last sealed row: everything of finished transactions up to it is in the tree.
  last_txid   xid8 not null default '0',
  last_id     uuid not null default '00000000-0000-0000-0000-000000000000',
  -- Checkpoints up to this size are in the object store too.
  stored_size bigint not null default 0,
  alarmed_at  timestamptz
);

-- What makes a commitment impossible to guess: gone, nothing of the value is left. The salt of a version is
-- sha256(seed || its number); where some versions were erased, the seed is gone and the others' salts are kept each.
create table private.change_secrets (
  org_id    uuid not null,
  change_id uuid not null,
  seed      bytea check (octet_length(seed) = 16),
  -- Version and key of each, in order; null for a load, where the line tells it, and for what was erased.
  names     text[],
  primary key (org_id, change_id)
);
create table private.kept_salts (
  org_id    uuid not null,
  change_id uuid not null,
  entry     bigint not null,
  salt      bytea not null check (octet_length(salt) = 32),
  primary key (org_id, change_id, entry)
);
create table private.event_salts (
  org_id   uuid not null,
  event_id uuid not null,
  salt     bytea not null check (octet_length(salt) = 16),
  primary key (org_id, event_id)
);
