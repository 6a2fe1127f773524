--! Previous: sha1:0af15269d888ba8db030d2dc441a33e6e456fc35
--! Hash: sha1:406277701161e7713c22e9836e6539c263b72c00

create schema if not exists ops;
comment on schema ops is 'Notifications and webhooks.';

-- Events as they were taken, in their order of arrival. What became of one is its run's to say.
create table ingest.stream_events (
  org_id       uuid not null,
  number       bigint generated always as identity,
  dataset_id   uuid not null,
  -- The sender's own: the same key for the same dataset is taken once. null: none was given.
  key          text check (length(key) between 1 and 200),
  body         jsonb not null check (jsonb_typeof(body) = 'object'),
  -- Whoever sent it, as versions name their authors.
  requested_by uuid,
  received_at  timestamptz not null default clock_timestamp(),
  -- The batch it went into, and its line there; null: it waits. No foreign key: asked for each event it cost a batch
  -- a fifth of its time, and the batch's transaction makes both.
  run_id       uuid,
  line         bigint check (line >= 1),
  primary key (org_id, number),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  check ((run_id is null) = (line is null))
);
-- Few indexes, since each event passes through all of them twice.
create unique index stream_events_key_idx on ingest.stream_events (org_id, dataset_id, key);
create index stream_events_run_idx on ingest.stream_events (org_id, run_id, line);
-- What is due: an organization without events is not in it.
create index stream_events_waiting_idx on ingest.stream_events (org_id, dataset_id, number) where run_id is null;
create index stream_events_received_idx on ingest.stream_events using brin (received_at);

-- One row a change of a dataset: a merge, an edit by hand. Read in the order of (txid, number).
create table ingest.changes (
  org_id        uuid not null,
  number        bigint generated always as identity,
  txid          xid8 not null default pg_current_xact_id(),
  dataset_id    uuid not null,
  kind          text not null check (kind in ('load', 'insert', 'update', 'delete', 'restore', 'undo')),
  run_id        uuid,
  actor_id      uuid references access.users on delete set null,
  inserted_rows bigint not null default 0 check (inserted_rows >= 0),
  updated_rows  bigint not null default 0 check (updated_rows >= 0),
  deleted_rows  bigint not null default 0 check (deleted_rows >= 0),
  changed_at    timestamptz not null default clock_timestamp(),
  primary key (org_id, number),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  foreign key (org_id, run_id) references ingest.runs (org_id, id) on delete set null (run_id)
);
create index changes_feed_idx on ingest.changes (org_id, txid, number);
create index changes_dataset_idx on ingest.changes (org_id, dataset_id, txid, number);
create index changes_run_idx on ingest.changes (org_id, run_id);
create index changes_actor_idx on ingest.changes (actor_id);

-- Which rows a small change wrote, so that they are found by key; apart, since keys may be masked or filtered for
-- whoever reads the change.
create table private.change_keys (
  org_id uuid not null,
  number bigint not null,
  -- [{"<key field>": value, ..., "version$": n}]; the version where it is known.
  keys   jsonb not null check (jsonb_typeof(keys) = 'array'),
  primary key (org_id, number),
  foreign key (org_id, number) references ingest.changes (org_id, number) on delete cascade
);

create table ops.webhooks (
  org_id          uuid not null references tenancy.organizations on delete cascade,
  id              uuid not null default uuidv7(),
  title           text not null default '' check (length(title) <= 200),
  url             text not null check (length(url) <= 2000),
  event_kinds     text[] not null check (cardinality(event_kinds) between 1 and 50),
  -- Empty: of every dataset.
  dataset_ids     uuid[] not null default '{}' check (cardinality(dataset_ids) <= 200),
  active          boolean not null default true,
  -- Why it was switched off by itself; null: it was not.
  disabled_reason text check (length(disabled_reason) <= 500),
  -- Since when nothing has arrived; null: the last delivery did.
  failing_since   timestamptz,
  created_by      uuid references access.users on delete set null,
  created_at      timestamptz not null default clock_timestamp(),
  updated_at      timestamptz not null default clock_timestamp(),
  primary key (org_id, id)
);
create index webhooks_created_by_idx on ops.webhooks (created_by);

-- The newest signs first; an older one is valid until it expires, so that a receiver can change over without a gap.
create table private.webhook_secrets (
  org_id     uuid not null,
  webhook_id uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  sealed     text not null check (length(sealed) <= 2000),
  expires_at timestamptz,
  primary key (org_id, webhook_id, created_at),
  foreign key (org_id, webhook_id) references ops.webhooks (org_id, id) on delete cascade
);

create table ops.webhook_deliveries (
  org_id          uuid not null,
  id              uuid not null default uuidv7(),
  -- Order of a webhook's deliveries.
  number          bigint generated always as identity,
  webhook_id      uuid not null,
  -- The same for a replay, so that a receiver knows it again.
  message_id      uuid not null default uuidv7(),
  event_kind      text not null check (length(event_kind) <= 80),
  body            jsonb not null check (pg_column_size(body) <= 100000),
  status          text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'cancelled')),
  attempts        int not null default 0,
  response_status int,
  error           text check (length(error) <= 1000),
  due_at          timestamptz not null default clock_timestamp(),
  replay_of       uuid,
  created_at      timestamptz not null default clock_timestamp(),
  finished_at     timestamptz,
  primary key (org_id, id),
  foreign key (org_id, webhook_id) references ops.webhooks (org_id, id) on delete cascade,
  check ((status = 'pending') = (finished_at is null))
);
create index webhook_deliveries_webhook_idx on ops.webhook_deliveries (org_id, webhook_id, number);
create index webhook_deliveries_pending_idx on ops.webhook_deliveries (org_id, webhook_id, number) where status = 'pending';
create index webhook_deliveries_due_idx on ops.webhook_deliveries (due_at) where status = 'pending';
create index webhook_deliveries_finished_idx on ops.webhook_deliveries (finished_at) where status <> 'pending';

-- Who is told of what, and how. One of role, permission and user says whom (in_app, mail); a webhook is an address.
create table ops.notification_rules (
  org_id               uuid not null references tenancy.organizations on delete cascade,
  id                   uuid not null default uuidv7(),
  -- An event kind such as run.failed, or a group of them such as quality.*.
  event_kind           text not null check (event_kind ~ '^[a-z_]+\.([a-z_]+|\*)$' and length(event_kind) <= 80),
  dataset_id           uuid,
  channel              text not null check (channel in ('in_app', 'mail', 'webhook')),
  recipient_role       text references access.roles,
  recipient_permission text references access.permissions,
  recipient_user       uuid references access.users on delete cascade,
  webhook_id           uuid,
  -- At most one notice in this time for each object.
  quiet_minutes        int not null default 15 check (quiet_minutes between 0 and 10080),
  enabled              boolean not null default true,
  created_by           uuid references access.users on delete set null,
  created_at           timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade,
  foreign key (org_id, webhook_id) references ops.webhooks (org_id, id) on delete cascade,
  check (num_nonnulls(recipient_role, recipient_permission, recipient_user, webhook_id) = 1),
  check ((channel = 'webhook') = (webhook_id is not null))
);
create index notification_rules_kind_idx on ops.notification_rules (org_id, event_kind) where enabled;
create index notification_rules_dataset_idx on ops.notification_rules (org_id, dataset_id);
create index notification_rules_webhook_idx on ops.notification_rules (org_id, webhook_id);
create index notification_rules_role_idx on ops.notification_rules (recipient_role);
create index notification_rules_permission_idx on ops.notification_rules (recipient_permission);
create index notification_rules_user_idx on ops.notification_rules (recipient_user);
create index notification_rules_created_by_idx on ops.notification_rules (created_by);

-- When a rule last spoke of an object, and of how many it kept quiet since.
create table private.notice_times (
  org_id     uuid not null,
  rule_id    uuid not null,
  object_key text not null check (length(object_key) <= 200),
  told_at    timestamptz not null,
  quiet      int not null default 0,
  primary key (org_id, rule_id, object_key),
  foreign key (org_id, rule_id) references ops.notification_rules (org_id, id) on delete cascade
);

create table ops.notifications (
  org_id      uuid not null references tenancy.organizations on delete cascade,
  id          uuid not null default uuidv7(),
  user_id     uuid not null references access.users on delete cascade,
  event_kind  text not null check (length(event_kind) <= 80),
  severity    text not null check (severity in ('info', 'warning', 'error', 'critical')),
  title       text not null check (length(title) <= 300),
  body        text not null default '' check (length(body) <= 2000),
  -- A page of the back office, without the host.
  link        text not null default '' check (length(link) <= 500),
  object_kind text not null check (length(object_kind) <= 40),
  object_id   text not null check (length(object_id) <= 200),
  dataset_id  uuid,
  read_at     timestamptz,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
create index notifications_user_idx on ops.notifications (org_id, user_id, created_at desc);
create index notifications_unread_idx on ops.notifications (org_id, user_id) where read_at is null;
create index notifications_users_idx on ops.notifications (user_id);
create index notifications_dataset_idx on ops.notifications (org_id, dataset_id);
