--! Previous: sha1:59690dfc827cb622c91bbde79147d4d59b9864b8
--! Hash: sha1:3f29a9f52e72a43087ba89cc88acbf773df2f24e

-- What SQL logins may use beyond what 000004 has.
alter table access.org_security
  add column sql_idle_timeout        interval not null default '5 minutes' check (sql_idle_timeout between '1 second' and '1 day'),
  add column sql_transaction_timeout interval not null default '1 hour' check (sql_transaction_timeout between '1 second' and '7 days'),
  -- What one query may spill to disk.
  add column sql_temp_mb             int not null default 2048 check (sql_temp_mb between 1 and 1000000);

-- Where people may sign in from. Without an organization: the whole installation's, an operator's; else one
-- organization's own, whose word counts for that organization alone.
create table access.identity_providers (
  id              uuid primary key default uuidv7(),
  org_id          uuid references tenancy.organizations on delete cascade,
  -- In addresses: <name>, or <slug>.<name> where it belongs to an organization.
  name            text not null check (name ~ '^[a-z][a-z0-9-]{0,39}$'),
  title           text not null check (length(title) between 1 and 200),
  kind            text not null check (kind in ('oidc', 'google', 'cognito', 'github')),
  issuer          text not null check (length(issuer) <= 500),
  client_id       text not null check (length(client_id) between 1 and 500),
  scopes          text[] not null default '{openid,email,profile}' check (cardinality(scopes) between 1 and 20),
  -- Names of claims where they differ: {"email": ..., "email_verified": ..., "name": ..., "organization": ...}.
  claims          jsonb not null default '{}' check (jsonb_typeof(claims) = 'object' and length(claims::text) <= 2000),
  -- Mail domains for whose addresses this provider's word is taken without asking the account's holder.
  trusted_domains text[] not null default '{}' check (cardinality(trusted_domains) <= 100),
  -- Whether who is not a member yet becomes one, and as what.
  join_members    boolean not null default false,
  default_role    text not null default 'viewer' references access.roles,
  enabled         boolean not null default true,
  created_by      uuid references access.users on delete set null,
  created_at      timestamptz not null default clock_timestamp(),
  updated_at      timestamptz not null default clock_timestamp(),
  unique nulls not distinct (org_id, name)
);
create index identity_providers_default_role_idx on access.identity_providers (default_role);
create index identity_providers_created_by_idx on access.identity_providers (created_by);

-- Client secrets, sealed by the server with a key that is not in PostgreSQL.
create table private.identity_provider_secrets (
  provider_id uuid primary key references access.identity_providers on delete cascade,
  sealed      text not null check (length(sealed) between 1 and 4000)
);

-- Which account a provider's subject signs in to. The e-mail address is what the provider said, for people to read.
create table access.linked_identities (
  id           uuid primary key default uuidv7(),
  user_id      uuid not null references access.users on delete cascade,
  provider_id  uuid not null references access.identity_providers on delete cascade,
  subject      text not null check (length(subject) between 1 and 300),
  email        text not null default '' check (length(email) <= 254),
  created_at   timestamptz not null default clock_timestamp(),
  last_used_at timestamptz,
  unique (provider_id, subject)
);
create index linked_identities_user_id_idx on access.linked_identities (user_id);

-- A sign-in under way: taken once, within minutes, by the browser that began it.
create table private.oidc_states (
  state_hash   bytea primary key check (octet_length(state_hash) = 32),
  browser_hash bytea not null check (octet_length(browser_hash) = 32),
  provider_id  uuid not null references access.identity_providers on delete cascade,
  -- Nonce and PKCE verifier, sealed by the server.
  sealed       text not null check (length(sealed) between 1 and 4000),
  return_path  text not null check (length(return_path) between 1 and 1000),
  org_slug     text check (length(org_slug) <= 40),
  -- Linking: for whom.
  user_id      uuid references access.users on delete cascade,
  created_at   timestamptz not null default clock_timestamp(),
  expires_at   timestamptz not null
);
create index oidc_states_provider_id_idx on private.oidc_states (provider_id);
create index oidc_states_user_id_idx on private.oidc_states (user_id);
create index oidc_states_expires_at_idx on private.oidc_states (expires_at);

-- Mail domains that an organization says are its own; what it says counts once proven.
create table access.domains (
  org_id       uuid not null references tenancy.organizations on delete cascade,
  domain       text not null check (length(domain) <= 253 and domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$'),
  -- What the TXT record _cadastre.<domain> has to say.
  token        text not null check (length(token) between 20 and 100),
  join_members boolean not null default true,
  default_role text not null default 'viewer' references access.roles,
  created_by   uuid references access.users on delete set null,
  created_at   timestamptz not null default clock_timestamp(),
  verified_at  timestamptz,
  verified_by  text check (verified_by in ('dns', 'operator')),
  primary key (org_id, domain),
  check ((verified_at is null) = (verified_by is null))
);
create unique index domains_verified_idx on access.domains (domain) where verified_at is not null;
create index domains_default_role_idx on access.domains (default_role);
create index domains_created_by_idx on access.domains (created_by);

-- A directory's key to /scim/v2 for one organization. Its hash is in private.
create table access.scim_tokens (
  org_id       uuid not null references tenancy.organizations on delete cascade,
  id           uuid not null default uuidv7(),
  name         text not null check (length(name) between 1 and 200),
  prefix       text not null check (length(prefix) between 4 and 20),
  -- What people get that it brings in.
  default_role text not null default 'viewer' references access.roles,
  created_by   uuid references access.users on delete set null,
  created_at   timestamptz not null default clock_timestamp(),
  expires_at   timestamptz not null,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  primary key (org_id, id)
);
create index scim_tokens_default_role_idx on access.scim_tokens (default_role);
create index scim_tokens_created_by_idx on access.scim_tokens (created_by);

create table private.scim_token_secrets (
  secret_hash bytea primary key check (octet_length(secret_hash) = 32),
  org_id      uuid not null,
  token_id    uuid not null,
  unique (org_id, token_id),
  foreign key (org_id, token_id) references access.scim_tokens (org_id, id) on delete cascade
);

-- What a directory says about a member: its own words, kept apart from the account, which belongs to the person.
create table access.scim_users (
  org_id      uuid not null,
  user_id     uuid not null,
  user_name   text not null check (length(user_name) between 1 and 254),
  external_id text check (length(external_id) between 1 and 254),
  profile     jsonb not null default '{}' check (jsonb_typeof(profile) = 'object' and length(profile::text) <= 20000),
  version     int not null default 1,
  created_at  timestamptz not null default clock_timestamp(),
  updated_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, user_id),
  foreign key (org_id, user_id) references access.memberships (org_id, user_id) on delete cascade
);
create unique index scim_users_user_name_idx on access.scim_users (org_id, lower(user_name));
create unique index scim_users_external_id_idx on access.scim_users (org_id, external_id) where external_id is not null;

create table access.scim_groups (
  org_id      uuid not null,
  role_key    text not null,
  external_id text check (length(external_id) between 1 and 254),
  created_at  timestamptz not null default clock_timestamp(),
  updated_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, role_key),
  foreign key (org_id, role_key) references access.org_roles (org_id, key) on delete cascade
);
create unique index scim_groups_external_id_idx on access.scim_groups (org_id, external_id) where external_id is not null;
