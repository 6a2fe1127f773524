--! Previous: sha1:0cc0edf8cfbfafd5c7b921f02d1ac5a45537a233
--! Hash: sha1:965525522ae3518d6df80f037a4e0f5961dff27a

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
  -- What conditions of policies ask about a person: {"department": "sales", "region": "EMEA", "clearance": 2}.
  attributes jsonb not null default '{}' check (jsonb_typeof(attributes) = 'object' and length(attributes::text) <= 8000),
  status     text not null default 'active' check (status in ('active', 'suspended')),
  source     text not null default 'local' check (source in ('local', 'invitation', 'oidc', 'domain', 'scim')),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (org_id, user_id)
);
create index memberships_user_id_idx on access.memberships (user_id);
create index memberships_role_key_idx on access.memberships (role_key);

-- What an organization decided about its own security; a row is made with the organization.
create table access.org_security (
  org_id                   uuid primary key references tenancy.organizations on delete cascade,
  session_lifetime         interval not null default '14 days' check (session_lifetime between '15 minutes' and '90 days'),
  session_idle             interval not null default '3 days' check (session_idle between '5 minutes' and '90 days'),
  -- How long after signing in (or proving oneself again) sensitive acts are open.
  reauthentication         interval not null default '15 minutes' check (reauthentication between '1 minute' and '1 day'),
  require_factor           boolean not null default false,
  -- Access requests need two approvals, none of them by who asks.
  four_eyes                boolean not null default false,
  max_grant                interval not null default '365 days' check (max_grant between '1 second' and '10 years'),
  max_delegation           interval not null default '30 days' check (max_delegation between '1 second' and '1 year'),
  sql_connections          int not null default 5 check (sql_connections between 1 and 100),
  sql_statement_timeout    interval not null default '5 minutes' check (sql_statement_timeout between '1 second' and '1 day'),
  -- From where SQL logins may come; empty: from anywhere.
  sql_networks             cidr[] not null default '{}' check (cardinality(sql_networks) <= 100),
  updated_at               timestamptz not null default clock_timestamp()
);

-- Roles of an organization's own, on top of the system's. A member has one system role and any number of these.
create table access.org_roles (
  org_id      uuid not null references tenancy.organizations on delete cascade,
  key         text not null check (key ~ '^[a-z][a-z0-9_]{1,39}$'),
  title       text not null check (length(title) between 1 and 200),
  description text not null default '' check (length(description) <= 4000),
  created_by  uuid references access.users on delete set null,
  created_at  timestamptz not null default clock_timestamp(),
  updated_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, key)
);
create index org_roles_created_by_idx on access.org_roles (created_by);

create table access.org_role_parents (
  org_id        uuid not null,
  role_key      text not null,
  system_parent text references access.roles,
  own_parent    text,
  foreign key (org_id, role_key) references access.org_roles (org_id, key) on delete cascade,
  foreign key (org_id, own_parent) references access.org_roles (org_id, key) on delete cascade,
  unique nulls not distinct (org_id, role_key, system_parent, own_parent),
  check (num_nonnulls(system_parent, own_parent) = 1),
  check (own_parent is distinct from role_key)
);
create index org_role_parents_own_parent_idx on access.org_role_parents (org_id, own_parent);
create index org_role_parents_system_parent_idx on access.org_role_parents (system_parent);

create table access.org_role_permissions (
  org_id     uuid not null,
  role_key   text not null,
  permission text not null references access.permissions,
  primary key (org_id, role_key, permission),
  foreign key (org_id, role_key) references access.org_roles (org_id, key) on delete cascade
);
create index org_role_permissions_permission_idx on access.org_role_permissions (permission);

create table access.membership_roles (
  org_id   uuid not null,
  user_id  uuid not null,
  role_key text not null,
  primary key (org_id, user_id, role_key),
  foreign key (org_id, user_id) references access.memberships (org_id, user_id) on delete cascade,
  foreign key (org_id, role_key) references access.org_roles (org_id, key) on delete cascade
);
create index membership_roles_role_key_idx on access.membership_roles (org_id, role_key);

-- Something more (or, with deny, less) for somebody, for a time, perhaps on one object only. With delegated_by it is a
-- delegation and counts only as long as that person holds it too. Nobody deletes one: it is revoked.
create table access.grants (
  org_id       uuid not null,
  id           uuid not null default uuidv7(),
  user_id      uuid not null,
  permission   text references access.permissions,
  system_role  text references access.roles,
  own_role     text,
  effect       text not null default 'allow' check (effect in ('allow', 'deny')),
  object_kind  text not null default 'organization' check (object_kind in ('organization', 'dataset', 'tag', 'report', 'folder')),
  -- A dataset's, report's or folder's id, a tag's name; null for the organization.
  object_id    text check (length(object_id) <= 200),
  starts_at    timestamptz not null default clock_timestamp(),
  ends_at      timestamptz not null,
  reason       text not null default '' check (length(reason) <= 2000),
  granted_by   uuid references access.users on delete set null,
  delegated_by uuid,
  request_id   uuid,
  created_at   timestamptz not null default clock_timestamp(),
  revoked_at   timestamptz,
  revoked_by   uuid references access.users on delete set null,
  primary key (org_id, id),
  foreign key (org_id, user_id) references access.memberships (org_id, user_id) on delete cascade,
  foreign key (org_id, delegated_by) references access.memberships (org_id, user_id) on delete cascade,
  foreign key (org_id, own_role) references access.org_roles (org_id, key) on delete cascade,
  check (num_nonnulls(permission, system_role, own_role) = 1),
  check (effect = 'allow' or permission is not null),
  check ((object_kind = 'organization') = (object_id is null)),
  check (ends_at > starts_at)
);
create index grants_user_id_idx on access.grants (org_id, user_id, ends_at) where revoked_at is null;
create index grants_delegated_by_idx on access.grants (org_id, delegated_by);
create index grants_own_role_idx on access.grants (org_id, own_role);
create index grants_permission_idx on access.grants (permission);
create index grants_system_role_idx on access.grants (system_role);
create index grants_granted_by_idx on access.grants (granted_by);
create index grants_revoked_by_idx on access.grants (revoked_by);

-- Somebody asks for access; the approval itself makes the grant.
create table access.requests (
  org_id      uuid not null,
  id          uuid not null default uuidv7(),
  user_id     uuid not null,
  permission  text references access.permissions,
  system_role text references access.roles,
  own_role    text,
  object_kind text not null default 'organization' check (object_kind in ('organization', 'dataset', 'tag', 'report', 'folder')),
  object_id   text check (length(object_id) <= 200),
  -- Which columns are needed, in the asker's words; told to who decides.
  columns     text[] not null default '{}' check (cardinality(columns) <= 1000),
  reason      text not null check (length(reason) between 1 and 2000),
  duration    interval not null check (duration between '1 second' and '10 years'),
  status      text not null default 'pending' check (status in ('pending', 'approved', 'refused', 'withdrawn')),
  grant_id    uuid,
  created_at  timestamptz not null default clock_timestamp(),
  decided_at  timestamptz,
  primary key (org_id, id),
  foreign key (org_id, user_id) references access.memberships (org_id, user_id) on delete cascade,
  foreign key (org_id, own_role) references access.org_roles (org_id, key) on delete cascade,
  foreign key (org_id, grant_id) references access.grants (org_id, id),
  check (num_nonnulls(permission, system_role, own_role) = 1),
  check ((object_kind = 'organization') = (object_id is null)),
  check ((status = 'pending') = (decided_at is null)),
  check ((status = 'approved') = (grant_id is not null))
);
create index requests_user_id_idx on access.requests (org_id, user_id);
create index requests_pending_idx on access.requests (org_id, created_at) where status = 'pending';
create index requests_own_role_idx on access.requests (org_id, own_role);
create index requests_grant_id_idx on access.requests (org_id, grant_id);
create index requests_permission_idx on access.requests (permission);
create index requests_system_role_idx on access.requests (system_role);

-- One voice a person on a request.
create table access.request_decisions (
  org_id     uuid not null,
  request_id uuid not null,
  user_id    uuid not null,
  approved   boolean not null,
  note       text not null default '' check (length(note) <= 2000),
  decided_at timestamptz not null default clock_timestamp(),
  primary key (org_id, request_id, user_id),
  foreign key (org_id, request_id) references access.requests (org_id, id) on delete cascade,
  foreign key (org_id, user_id) references access.memberships (org_id, user_id) on delete cascade
);
create index request_decisions_user_id_idx on access.request_decisions (org_id, user_id);

-- Attribute-based policies: which rows, which values, and which acts beyond (permit) or below (forbid) what roles give.
create table access.policies (
  org_id      uuid not null references tenancy.organizations on delete cascade,
  id          uuid not null default uuidv7(),
  name        text not null check (length(name) between 1 and 200),
  description text not null default '' check (length(description) <= 4000),
  kind        text not null check (kind in ('row_filter', 'mask', 'permit', 'forbid')),
  -- Whom it binds: members with one of these roles (system or own), these people; both empty: everyone.
  roles       text[] not null default '{}' check (cardinality(roles) <= 100),
  users       uuid[] not null default '{}' check (cardinality(users) <= 1000),
  -- On what: these datasets, and those (for masks, those columns) that carry one of these tags; both empty: all datasets.
  datasets    uuid[] not null default '{}' check (cardinality(datasets) <= 1000),
  tags        text[] not null default '{}' check (cardinality(tags) <= 100),
  -- permit and forbid: which permissions.
  permissions text[] not null default '{}' check (cardinality(permissions) <= 200),
  -- The condition language of docs/reference/policies.md; null: always.
  condition   jsonb check (length(condition::text) <= 20000),
  -- mask: {"kind": "null" | "hash" | "partial" | "year" | "constant", ...}.
  mask        jsonb check (length(mask::text) <= 2000),
  priority    int not null default 100 check (priority between 0 and 10000),
  enabled     boolean not null default true,
  created_by  uuid references access.users on delete set null,
  created_at  timestamptz not null default clock_timestamp(),
  updated_at  timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, name),
  check ((kind = 'mask') = (mask is not null)),
  check ((kind in ('permit', 'forbid')) = (cardinality(permissions) > 0)),
  check (kind <> 'row_filter' or condition is not null)
);
create index policies_created_by_idx on access.policies (created_by);
-- Whether any policy speaks about permissions at all, asked with every permission.
create index policies_verdicts_idx on access.policies (org_id) where enabled and kind in ('permit', 'forbid');

-- An administrator sees what somebody else sees: read-only, for a time, with a reason, on every road.
create table access.view_as (
  org_id     uuid not null,
  id         uuid not null default uuidv7(),
  user_id    uuid not null,
  subject_id uuid not null,
  reason     text not null check (length(reason) between 1 and 2000),
  started_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  ended_at   timestamptz,
  primary key (org_id, id),
  foreign key (org_id, user_id) references access.memberships (org_id, user_id) on delete cascade,
  foreign key (org_id, subject_id) references access.memberships (org_id, user_id) on delete cascade,
  check (subject_id <> user_id),
  check (expires_at > started_at and expires_at <= started_at + interval '8 hours')
);
create unique index view_as_open_idx on access.view_as (org_id, user_id) where ended_at is null;
create index view_as_subject_idx on access.view_as (org_id, subject_id);

-- A key for programs: what it may is its permissions, as far as its maker still holds them. The secret is in private.
create table access.api_keys (
  org_id       uuid not null,
  id           uuid not null default uuidv7(),
  name         text not null check (length(name) between 1 and 200),
  -- What it begins with, to tell keys apart; the rest is shown once.
  prefix       text not null check (length(prefix) between 4 and 20),
  permissions  text[] not null check (cardinality(permissions) between 1 and 200),
  created_by   uuid not null,
  created_at   timestamptz not null default clock_timestamp(),
  expires_at   timestamptz not null,
  last_used_at timestamptz,
  last_used_ip inet,
  revoked_at   timestamptz,
  primary key (org_id, id),
  foreign key (org_id, created_by) references access.memberships (org_id, user_id) on delete cascade
);
create index api_keys_created_by_idx on access.api_keys (org_id, created_by);

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

-- Sessions: one a sign-in, ended by its person, an administrator, its limits or the reuse of a refresh token. Asked at
-- every statement, so an ended one sees nothing at the next. org_id is null for platform operators.
create table private.sessions (
  id               uuid primary key default uuidv7(),
  org_id           uuid,
  user_id          uuid not null references access.users on delete cascade,
  method           text not null check (length(method) <= 40),
  created_at       timestamptz not null default clock_timestamp(),
  last_seen_at     timestamptz not null default clock_timestamp(),
  -- When the person last proved who they are, and when they last showed a second factor.
  authenticated_at timestamptz not null default clock_timestamp(),
  factor_at        timestamptz,
  factor_kind      text check (factor_kind in ('totp', 'passkey', 'recovery')),
  ip               inet,
  user_agent       text not null default '' check (length(user_agent) <= 500),
  -- The organization requires a second factor and the person has none yet: the session can enrol one, and is nobody
  -- to everything else (private.identity).
  pending          boolean not null default false,
  expires_at       timestamptz not null,
  ended_at         timestamptz,
  ended_why        text check (ended_why in ('logout', 'everywhere', 'revoked', 'reuse', 'expired', 'idle', 'password', 'member', 'switched')),
  foreign key (org_id, user_id) references access.memberships (org_id, user_id) on delete cascade,
  check ((ended_at is null) = (ended_why is null))
);
create index sessions_user_id_idx on private.sessions (user_id) where ended_at is null;
create index sessions_org_id_user_id_idx on private.sessions (org_id, user_id);

-- Refresh tokens: only their hash is kept; each is used once; reuse ends the session.
create table private.refresh_tokens (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  session_id uuid not null references private.sessions on delete cascade,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index refresh_tokens_session_id_idx on private.refresh_tokens (session_id);

create table private.api_key_secrets (
  secret_hash bytea primary key check (octet_length(secret_hash) = 32),
  org_id      uuid not null,
  key_id      uuid not null,
  unique (org_id, key_id),
  foreign key (org_id, key_id) references access.api_keys (org_id, id) on delete cascade
);

-- Each role's permissions with what it inherits, flat, so that a policy's question is one look into an index.
create table private.role_closure (
  role_key   text not null references access.roles,
  permission text not null references access.permissions,
  primary key (role_key, permission)
);
create index role_closure_permission_idx on private.role_closure (permission);

create table private.org_role_closure (
  org_id     uuid not null,
  role_key   text not null,
  permission text not null references access.permissions,
  primary key (org_id, role_key, permission),
  foreign key (org_id, role_key) references access.org_roles (org_id, key) on delete cascade
);
create index org_role_closure_permission_idx on private.org_role_closure (permission);
