--! Previous: sha1:084a6bd5759e4400ce57f4f17a06f4593b326a49
--! Hash: sha1:7dbd212aa785134d719535b43da2d8211c0e2bd8

-- Audit events: append-only for everyone, the owner included (triggers in sql/audit refuse the rest).
create table audit.events (
  -- The nil uuid stands for the platform itself.
  org_id      uuid not null default '00000000-0000-0000-0000-000000000000',
  id          uuid not null default uuidv7(),
  at          timestamptz not null default clock_timestamp(),
  actor_id    uuid,
  actor_kind  text not null check (actor_kind in ('user', 'key', 'sql', 'service', 'operator', 'nobody')),
  action      text not null check (action ~ '^[a-z_]+\.[a-z_]+$' and length(action) <= 80),
  object_kind text check (length(object_kind) <= 80),
  object_id   text check (length(object_id) <= 1000),
  outcome     text not null default 'done' check (outcome in ('done', 'refused')),
  -- Whom the actor looked as, when it was somebody else.
  subject_id  uuid,
  ip          inet,
  detail      jsonb not null default '{}',
  request_id  text check (length(request_id) <= 100),
  -- The transaction that wrote the row: a sealer takes rows of transactions that are certainly finished.
  txid        xid8 not null default pg_current_xact_id(),
  primary key (org_id, id)
);
create index events_org_id_at_idx on audit.events (org_id, at desc, id);
