comment on table private.exceptions is 'People and organizations about whom there is more to ask than membership and role; usually few.';
alter table private.exceptions enable row level security, force row level security;
drop policy if exists all_system on private.exceptions;
create policy all_system on private.exceptions for all to cadastre_system using (true) with check (true);
grant select, insert, update, delete on private.exceptions to cadastre_system;

-- Every table whose rows private.exceptional asks, of every domain, in one place, so that none is forgotten. ALWAYS:
-- session_replication_role does not skip them.
do $$
declare
  t record;
begin
  for t in
    select * from (values
      ('access.users', 'insert or delete or update of id, status', 'id'),
      ('access.membership_roles', 'insert or update or delete', 'user_id'),
      ('access.grants', 'insert or update or delete', 'user_id'),
      ('access.view_as', 'insert or update or delete', 'user_id'),
      ('tenancy.organizations', 'insert or delete or update of id, status', 'id'),
      ('access.org_security', 'insert or delete or update of org_id, sql_networks', 'org_id'),
      ('access.policies', 'insert or update or delete', 'org_id')
    ) x (name, events, about)
  loop
    execute format('create or replace trigger exceptions__note after %s on %s for each row execute function private.tg_exceptions__note(%L)',
      t.events, t.name, t.about);
    execute format('alter table %s enable always trigger exceptions__note', t.name);
  end loop;
end
$$;
