-- Tables that no API role reaches: only the system role's vetted functions do.
comment on table private.claim_keys is 'Keys that sign identity claims.';
comment on table private.applied_sql is 'Digest of the sql/ tree last applied.';
comment on table private.workers is 'Workers alive and when they last said so.';
comment on table private.credentials is 'Password hashes (argon2id).';
comment on table private.refresh_tokens is 'Hashes of refresh tokens, one family a sign-in.';
comment on table private.sessions is 'Sessions, one a sign-in; asked at every statement.';
comment on table private.api_key_secrets is 'Hashes of API keys.';
comment on table private.org_role_closure is 'Permissions of each organization''s own roles, inherited ones included.';
comment on table private.role_closure is 'Each role''s permissions, inherited ones included.';

grant usage on schema private to public;
do $$
declare
  t text;
begin
  foreach t in array array['claim_keys', 'applied_sql', 'workers', 'credentials', 'refresh_tokens', 'role_closure',
                           'sessions', 'api_key_secrets', 'org_role_closure'] loop
    execute format('alter table private.%I enable row level security, force row level security', t);
    execute format('drop policy if exists all_system on private.%I', t);
    execute format('create policy all_system on private.%I for all to cadastre_system using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on private.%I to cadastre_system', t);
  end loop;
end
$$;
-- The applier writes its digest, and the seed of roles its closure, as the owner.
drop policy if exists all_owner on private.applied_sql;
create policy all_owner on private.applied_sql for all to cadastre_owner using (true) with check (true);
drop policy if exists all_owner on private.role_closure;
create policy all_owner on private.role_closure for all to cadastre_owner using (true) with check (true);
