--! Previous: sha1:4021f10f9f8b428a101c15b78a200269ec09ef64
--! Hash: sha1:836fd035309c1a096b263d6c8d4105d2c23a5611

-- Addresses at which other systems deliver events: each event of a request goes into one dataset's stream.
create table ingest.incoming_webhooks (
  org_id           uuid not null references tenancy.organizations on delete cascade,
  -- Part of the address, so drawn at random.
  id               uuid not null default gen_random_uuid(),
  title            text not null default '' check (length(title) <= 200),
  dataset_id       uuid not null,
  scheme           text not null check (scheme in ('standard', 'github', 'stripe', 'shopify', 'hmac', 'token')),
  -- Where the events are in the body; empty: the body is one, or a list of them.
  record_path      text not null default '' check (length(record_path) <= 500),
  -- {"<field>": "<path within the event>"}; null: the event's own names. An empty path: the whole event.
  mapping          jsonb check (jsonb_typeof(mapping) = 'object' and pg_column_size(mapping) <= 50000),
  -- Path of the event's key; null: the sender's own header where the scheme has one.
  key_path         text check (length(key_path) between 1 and 500),
  active           boolean not null default true,
  -- Events are taken with this person's permissions, as they are at that moment.
  acts_for         uuid references access.users on delete set null,
  last_received_at timestamptz,
  last_refused_at  timestamptz,
  last_refusal     text check (length(last_refusal) <= 1000),
  created_at       timestamptz not null default clock_timestamp(),
  updated_at       timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  foreign key (org_id, dataset_id) references data.datasets (org_id, id) on delete cascade
);
-- The address has no organization in it.
create index incoming_webhooks_id_idx on ingest.incoming_webhooks (id);
create index incoming_webhooks_dataset_idx on ingest.incoming_webhooks (org_id, dataset_id);
create index incoming_webhooks_acts_for_idx on ingest.incoming_webhooks (acts_for);

-- What senders sign with, sealed by the server; the one before counts until it expires.
create table private.incoming_secrets (
  org_id          uuid not null,
  webhook_id      uuid not null,
  sealed          text not null check (length(sealed) <= 4000),
  previous_sealed text check (length(previous_sealed) <= 4000),
  previous_until  timestamptz,
  primary key (org_id, webhook_id),
  foreign key (org_id, webhook_id) references ingest.incoming_webhooks (org_id, id) on delete cascade,
  check ((previous_sealed is null) = (previous_until is null))
);
