--! Previous: sha1:4e1c6ecac52c2f634e0c20847efc6b48c4132c0c
--! Hash: sha1:dfcdc5bedd8f661b24d604ae62002b54d9002bbe

create table access.permissions (
  key         text primary key check (key ~ '^[a-z_]+\.[a-z_]+$'),
  description text not null
);

create table access.roles (
  key         text primary key check (key ~ '^[a-z_]{2,40}$'),
  inherits    text references access.roles,
  rank        int not null,
  description text not null,
  check (inherits is distinct from key)
);
create index roles_inherits_idx on access.roles (inherits);

create table access.role_permissions (
  role_key   text not null references access.roles,
  permission text not null references access.permissions,
  primary key (role_key, permission)
);
create index role_permissions_permission_idx on access.role_permissions (permission);

create table access.users (
  id           uuid primary key default uuidv7(),
  email        public.citext not null unique check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  display_name text not null default '' check (length(display_name) <= 200),
  is_operator  boolean not null default false,
  status       text not null default 'active' check (status in ('active', 'disabled')),
  created_at   timestamptz not null default clock_timestamp(),
  updated_at   timestamptz not null default clock_timestamp()
);

create table access.memberships (
  org_id     uuid not null references tenancy.organizations on delete cascade,
  user_id    uuid not null references access.users on delete cascade,
  role_key   text not null references access.roles,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (org_id, user_id)
);
create index memberships_user_id_idx on access.memberships (user_id);
create index memberships_role_key_idx on access.memberships (role_key);

-- A login for psql and BI tools: one opaque PostgreSQL role per membership, bound by the role's OID
-- (a role dropped and made again under the same name is another one, and sees nothing).
create table access.sql_logins (
  org_id     uuid not null,
  id         uuid not null default uuidv7(),
  user_id    uuid not null,
  role_name  name not null unique,
  role_oid   oid not null unique,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  primary key (org_id, id),
  unique (org_id, user_id),
  foreign key (org_id, user_id) references access.memberships (org_id, user_id) on delete cascade
);

-- argon2id hashes, apart from what any API role can read.
create table private.credentials (
  user_id       uuid primary key references access.users on delete cascade,
  password_hash text not null check (password_hash like '$argon2id$%' and length(password_hash) <= 500),
  changed_at    timestamptz not null default clock_timestamp()
);

-- Refresh tokens: only their hash is kept; each is used once; reuse ends the whole family.
create table private.refresh_tokens (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  family_id  uuid not null,
  org_id     uuid not null,
  user_id    uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at    timestamptz,
  revoked_at timestamptz,
  foreign key (org_id, user_id) references access.memberships (org_id, user_id) on delete cascade
);
create index refresh_tokens_family_id_idx on private.refresh_tokens (family_id);
create index refresh_tokens_org_id_user_id_idx on private.refresh_tokens (org_id, user_id);

-- Each role's permissions with what it inherits, flat, so that a policy's question is one look into an index.
create table private.role_closure (
  role_key   text not null references access.roles,
  permission text not null references access.permissions,
  primary key (role_key, permission)
);
create index role_closure_permission_idx on private.role_closure (permission);
