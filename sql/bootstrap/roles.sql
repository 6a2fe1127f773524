-- Roles of an installation, made once per cluster by an administrator's connection, before migrations run.
-- Idempotent. LOGIN roles get their passwords from the instance (lib/db/bootstrap.ts), never from a file.
--
--   cadastre_owner      owns every object; NOLOGIN, bound by forced row-level security like everyone else
--   cadastre_system     owns the few vetted definer functions that must see across organizations
--   cadastre_views      owns the generated organization views; not the owner of the tables under them,
--                       so that forced row-level security and masks apply to whoever reads through them
--   cadastre_jobs       owns the job queue's schema
--   cadastre_logins     may create roles: owns only the functions that make and drop SQL logins
--   cadastre_gateway    LOGIN of the API; may become cadastre_user or cadastre_anonymous, inherits neither
--   cadastre_worker     LOGIN of the worker
--   cadastre_user       what a signed-in API request runs as
--   cadastre_anonymous  what an API request without a token runs as
--   cadastre_sql        group of all analysts' SQL logins
--   cadastre_sandbox    group of the organizations' unprivileged logins: what people write as SQL runs there
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('cadastre_owner',     'nologin nocreaterole'),
      ('cadastre_system',    'nologin nocreaterole'),
      ('cadastre_views',     'nologin nocreaterole'),
      ('cadastre_jobs',      'nologin nocreaterole'),
      ('cadastre_logins',    'nologin createrole'),
      ('cadastre_gateway',   'login noinherit nocreaterole'),
      ('cadastre_worker',    'login inherit nocreaterole'),
      ('cadastre_user',      'nologin nocreaterole'),
      ('cadastre_anonymous', 'nologin nocreaterole'),
      ('cadastre_sql',       'nologin nocreaterole'),
      ('cadastre_sandbox',   'nologin nocreaterole')
    ) as r (name, options)
  loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
      execute format('create role %I nosuperuser nobypassrls nocreatedb noreplication %s', wanted.name, wanted.options);
    end if;
  end loop;
end
$$;

grant cadastre_user, cadastre_anonymous to cadastre_gateway with inherit false, set true;
grant cadastre_jobs to cadastre_worker with inherit true, set true;
-- cadastre_logins hands out membership in the group of SQL logins, nothing else.
grant cadastre_sql to cadastre_logins with admin true, inherit false, set false;
-- An organization's unprivileged login reads what analysts' logins read, and has temporary tables besides.
grant cadastre_sql to cadastre_sandbox with inherit true, set false;
grant cadastre_sandbox to cadastre_logins with admin true, inherit false, set false;

-- cadastre_logins becomes a member of each login it makes (private.make_login_role), which is enough to end that login's
-- sessions and to see what they run. pg_signal_backend would let it end everybody's, so it is taken back where it was.
revoke pg_signal_backend from cadastre_logins;
-- How much one query may spill to disk is a superuser's setting: put on a login's role, its session cannot raise it.
grant set on parameter temp_file_limit to cadastre_logins;

-- Analysts' logins, of which an organization may hand out as many as it has members, leave the platform its connections
-- where the server keeps some back (reserved_connections): neither the API nor a load waits for them.
grant pg_use_reserved_connections to cadastre_gateway, cadastre_worker, cadastre_sandbox with inherit true, set false;

-- A request may not run for ever or keep a transaction open.
alter role cadastre_gateway set statement_timeout = '30s';
alter role cadastre_gateway set idle_in_transaction_session_timeout = '60s';
-- Nor may a worker that is frozen, or cut off: others wait for the rows that it holds.
alter role cadastre_worker set idle_in_transaction_session_timeout = '60s';
-- A statement whose client is gone ends, and with it what it holds, instead of running to its end for nobody.
-- (A server on Windows cannot tell, and refuses the setting.)
do $$
begin
  alter role cadastre_gateway set client_connection_check_interval = '10s';
  alter role cadastre_worker set client_connection_check_interval = '10s';
exception when invalid_parameter_value then
  null;
end
$$;

-- The same text is the same date on every road and every connection: ambiguous ones (03/04/2026) are refused, never
-- guessed, and a time without a zone is UTC.
alter role cadastre_gateway set datestyle = 'ISO, YMD';
alter role cadastre_gateway set timezone = 'UTC';
alter role cadastre_worker set datestyle = 'ISO, YMD';
alter role cadastre_worker set timezone = 'UTC';
