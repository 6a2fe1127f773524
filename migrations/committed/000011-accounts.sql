--! Previous: sha1:b85b0d9eb2ea65b518091cbd52ce4933879034fd
--! Hash: sha1:59690dfc827cb622c91bbde79147d4d59b9864b8

alter table access.users
  add column email_verified_at timestamptz,
  add column locale text not null default 'en' check (locale in ('en', 'fr'));

-- Somebody is asked to join. Nobody deletes one: it is accepted, revoked, or it expires.
create table access.invitations (
  org_id      uuid not null references tenancy.organizations on delete cascade,
  id          uuid not null default uuidv7(),
  email       public.citext not null check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  role_key    text not null references access.roles,
  own_roles   text[] not null default '{}' check (cardinality(own_roles) <= 100),
  invited_by  uuid references access.users on delete set null,
  created_at  timestamptz not null default clock_timestamp(),
  expires_at  timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references access.users on delete set null,
  revoked_at  timestamptz,
  primary key (org_id, id),
  check (expires_at > created_at),
  check (accepted_at is null or revoked_at is null)
);
-- One open invitation a person and organization.
create unique index invitations_open_idx on access.invitations (org_id, email) where accepted_at is null and revoked_at is null;
create index invitations_role_key_idx on access.invitations (role_key);
create index invitations_invited_by_idx on access.invitations (invited_by);
create index invitations_accepted_by_idx on access.invitations (accepted_by);

-- Mails to be sent. No secret stands here: the link's token is made when the mail is sent, and only its hash is kept.
create table private.mails (
  id          uuid primary key default uuidv7(),
  template    text not null check (template ~ '^[a-z_]{2,40}$'),
  recipient   text not null check (length(recipient) <= 254),
  locale      text not null default 'en' check (locale in ('en', 'fr')),
  data        jsonb not null default '{}' check (length(data::text) <= 4000),
  -- What the link's token is for; null: a mail without a link.
  purpose     text check (purpose in ('invitation', 'recovery', 'verify', 'email_old', 'email_new')),
  user_id     uuid references access.users on delete cascade,
  org_id      uuid,
  invitation_id uuid,
  valid_for   interval not null default '1 hour' check (valid_for between '1 minute' and '30 days'),
  created_at  timestamptz not null default clock_timestamp(),
  next_try_at timestamptz not null default clock_timestamp(),
  tries       int not null default 0 check (tries between 0 and 20),
  sent_at     timestamptz,
  failed_at   timestamptz,
  error       text check (length(error) <= 500),
  foreign key (org_id, invitation_id) references access.invitations (org_id, id) on delete cascade
);
create index mails_due_idx on private.mails (next_try_at) where sent_at is null and failed_at is null;
create index mails_recipient_idx on private.mails (recipient, created_at);
create index mails_user_id_idx on private.mails (user_id);
create index mails_invitation_idx on private.mails (org_id, invitation_id);

-- Hashes of the tokens in mailed links: for one purpose, once, for a time.
create table private.mail_tokens (
  token_hash    bytea primary key check (octet_length(token_hash) = 32),
  mail_id       uuid not null,
  purpose       text not null check (purpose in ('invitation', 'recovery', 'verify', 'email_old', 'email_new')),
  user_id       uuid references access.users on delete cascade,
  -- The address that the mail went to: a token proves that one and no other.
  recipient     public.citext not null,
  org_id        uuid,
  invitation_id uuid,
  created_at    timestamptz not null default clock_timestamp(),
  expires_at    timestamptz not null,
  used_at       timestamptz,
  foreign key (org_id, invitation_id) references access.invitations (org_id, id) on delete cascade
);
create index mail_tokens_mail_id_idx on private.mail_tokens (mail_id);
create index mail_tokens_user_id_idx on private.mail_tokens (user_id);
create index mail_tokens_invitation_idx on private.mail_tokens (org_id, invitation_id);

-- A change of address waits until both addresses have agreed.
create table private.email_changes (
  user_id     uuid primary key references access.users on delete cascade,
  new_email   public.citext not null check (new_email ~ '^[^@\s]+@[^@\s]+$' and length(new_email) <= 254),
  old_agreed  boolean not null default false,
  new_agreed  boolean not null default false,
  expires_at  timestamptz not null
);

-- A TOTP seed, encrypted by the server with a key that is not in this database. last_step: a code counts once.
create table private.totp_factors (
  user_id      uuid primary key references access.users on delete cascade,
  sealed_seed  text not null check (length(sealed_seed) <= 1000),
  last_step    bigint not null default 0,
  created_at   timestamptz not null default clock_timestamp(),
  confirmed_at timestamptz
);

create table private.passkeys (
  id            uuid primary key default uuidv7(),
  user_id       uuid not null references access.users on delete cascade,
  credential_id text not null unique check (length(credential_id) between 16 and 1400),
  public_key    bytea not null check (octet_length(public_key) <= 4000),
  counter       bigint not null default 0,
  transports    text[] not null default '{}' check (cardinality(transports) <= 10),
  name          text not null check (length(name) between 1 and 100),
  backed_up     boolean not null default false,
  created_at    timestamptz not null default clock_timestamp(),
  last_used_at  timestamptz
);
create index passkeys_user_id_idx on private.passkeys (user_id);

-- SHA-256 of 128 random bits: nothing to guess, so nothing to slow down.
create table private.recovery_codes (
  code_hash  bytea primary key check (octet_length(code_hash) = 32),
  user_id    uuid not null references access.users on delete cascade,
  created_at timestamptz not null default clock_timestamp(),
  used_at    timestamptz
);
create index recovery_codes_user_id_idx on private.recovery_codes (user_id);

-- Steps between two requests: a sign-in that waits for its organization or second factor, a passkey's ceremony.
create table private.challenges (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  purpose    text not null check (purpose in ('sign_in', 'passkey_sign_in', 'passkey_register', 'passkey_prove')),
  user_id    uuid references access.users on delete cascade,
  session_id uuid references private.sessions on delete cascade,
  -- sign_in: {org, method}; passkeys: {challenge}.
  detail     jsonb not null default '{}' check (length(detail::text) <= 2000),
  tries      int not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index challenges_user_id_idx on private.challenges (user_id);
create index challenges_session_id_idx on private.challenges (session_id);
create index challenges_expires_at_idx on private.challenges (expires_at);

-- Counters of rate-limiter-flexible, by the digest of what is counted. expire: Unix milliseconds.
create table private.rate_limits (
  key    varchar(255) primary key,
  points int not null default 0,
  expire bigint
);
create index rate_limits_expire_idx on private.rate_limits (expire);
