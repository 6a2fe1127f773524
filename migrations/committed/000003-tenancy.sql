--! Previous: sha1:e7c7d86dedccf3ee8fe8cd09c4d5f665529224b8
--! Hash: sha1:4e1c6ecac52c2f634e0c20847efc6b48c4132c0c

create table tenancy.organizations (
  id         uuid primary key default uuidv7(),
  slug       text not null unique check (slug ~ '^[a-z][a-z0-9]*([-_][a-z0-9]+)*$' and length(slug) <= 40),
  -- What names the organization's schemas: store_<key>, org_<key>. Unique of its own, since a-b and a_b share it.
  schema_key text not null unique generated always as (replace(slug, '-', '_')) stored,
  name       text not null check (length(trim(name)) between 1 and 200),
  status     text not null default 'active' check (status in ('active', 'suspended')),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
