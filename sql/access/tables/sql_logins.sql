comment on table access.sql_logins is 'PostgreSQL logins of members, for psql and BI tools. Bound by role OID.';
alter table access.sql_logins enable row level security, force row level security;
drop policy if exists select_own on access.sql_logins;
create policy select_own on access.sql_logins for select to public
  using (org_id = (select private.org_id())
         and (user_id = (select private.user_id()) or (select private.has_permission('member.security'))));
drop policy if exists all_system on access.sql_logins;
create policy all_system on access.sql_logins for all to cadastre_system using (true) with check (true);
grant select on access.sql_logins to cadastre_user;
grant select, insert, update, delete on access.sql_logins to cadastre_system;
grant select on access.sql_logins to cadastre_worker;
-- A role name to each login: the limits are put on roles.
create or replace trigger org_security__limit_logins
  after update of sql_connections, sql_statement_timeout, sql_idle_timeout, sql_transaction_timeout, sql_temp_mb
  on access.org_security for each row execute function access.tg_org_security__limit_logins();
