--! Previous: sha1:7dbd212aa785134d719535b43da2d8211c0e2bd8
--! Hash: sha1:0cc0edf8cfbfafd5c7b921f02d1ac5a45537a233

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
