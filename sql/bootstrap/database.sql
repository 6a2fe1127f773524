-- What one database needs before migrations run: extensions, the owner's right to make schemas,
-- and nothing left open to PUBLIC. Idempotent; run by an administrator's connection.
create extension if not exists pgcrypto with schema public;
create extension if not exists citext with schema public;
create extension if not exists pg_trgm with schema public;
create extension if not exists btree_gist with schema public;

do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to cadastre_gateway, cadastre_worker, cadastre_sql', current_database());
  execute format('grant connect, create, temporary on database %I to cadastre_owner', current_database());
  execute format('grant temporary on database %I to cadastre_worker, cadastre_sandbox', current_database());
end
$$;
revoke create on schema public from public;
grant usage on schema public to public;

-- Roads around row-level security that PostgreSQL leaves open to every login: large objects and advisory locks
-- (a covert channel between organizations, and a way to block loads); and the one by which a login that may write nothing
-- fills the server's disk all the same, with messages in the write-ahead log.
do $$
declare
  f record;
begin
  for f in
    select p.oid::regprocedure as signature
      from pg_catalog.pg_proc p
     where p.pronamespace = 'pg_catalog'::regnamespace
       and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite')
            or p.proname like 'pg\_advisory\_%' or p.proname like 'pg\_try\_advisory\_%' or p.proname = 'pg_logical_emit_message')
  loop
    execute format('revoke execute on function %s from public', f.signature);
    execute format('grant execute on function %s to cadastre_owner, cadastre_worker, cadastre_system', f.signature);
  end loop;
end
$$;

-- Whatever the owner makes is closed until a file in sql/ opens it.
alter default privileges for role cadastre_owner revoke execute on functions from public;
alter default privileges for role cadastre_system revoke execute on functions from public;
alter default privileges for role cadastre_views revoke execute on functions from public;
alter default privileges for role cadastre_jobs revoke execute on functions from public;
alter default privileges for role cadastre_logins revoke execute on functions from public;

do $$
begin
  if to_regnamespace('graphile_worker') is null then
    create schema graphile_worker authorization cadastre_jobs;
  end if;
end
$$;
