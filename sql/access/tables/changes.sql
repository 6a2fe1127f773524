comment on table access.changes is 'Every version of every row that decides about access: who could do what at a past moment. Append-only.';
comment on column access.changes.table_name is 'Table in access that the row belongs to.';
comment on column access.changes.row is 'The row as it was.';
comment on column access.changes.valid_to is 'When it was replaced or deleted; null while it stands.';
alter table access.changes enable row level security, force row level security;
drop policy if exists select_auditor on access.changes;
create policy select_auditor on access.changes for select to public
  using (org_id = (select private.org_id())
         and ((select private.has_permission('audit.view')) or row ->> 'user_id' = (select private.user_id())::text));
drop policy if exists select_system on access.changes;
create policy select_system on access.changes for select to cadastre_system using (true);
drop policy if exists insert_system on access.changes;
create policy insert_system on access.changes for insert to cadastre_system with check (true);
drop policy if exists update_system on access.changes;
create policy update_system on access.changes for update to cadastre_system using (true) with check (true);
grant select on access.changes to cadastre_user;
grant select, insert, update (valid_to, ended_by) on access.changes to cadastre_system;

create or replace trigger changes__refuse before update or delete on access.changes
  for each row execute function access.tg_changes__refuse();
create or replace trigger changes__refuse_truncate before truncate on access.changes
  for each statement execute function access.tg_changes__refuse();
alter table access.changes enable always trigger changes__refuse;
alter table access.changes enable always trigger changes__refuse_truncate;

-- One trigger an operation, since transition tables differ; ALWAYS, so that session_replication_role does not skip them.
do $$
declare
  t record;
begin
  for t in
    select * from (values
      ('memberships',          'org_id, user_id'),
      ('membership_roles',     'org_id, user_id, role_key'),
      ('org_roles',            'org_id, key'),
      ('org_role_parents',     'org_id, role_key, system_parent, own_parent'),
      ('org_role_permissions', 'org_id, role_key, permission'),
      ('grants',               'org_id, id'),
      ('requests',             'org_id, id'),
      ('policies',             'org_id, id'),
      ('org_security',         'org_id'),
      ('view_as',              'org_id, id'),
      ('sql_logins',           'org_id, id'),
      ('api_keys',             'org_id, id')
    ) x (name, keys)
  loop
    execute format('create or replace trigger versions__insert after insert on access.%I referencing new table as news_of_statement for each statement execute function access.tg_changes__record(%s)', t.name, t.keys);
    execute format('create or replace trigger versions__update after update on access.%I referencing old table as olds_of_statement new table as news_of_statement for each statement execute function access.tg_changes__record(%s)', t.name, t.keys);
    execute format('create or replace trigger versions__delete after delete on access.%I referencing old table as olds_of_statement for each statement execute function access.tg_changes__record(%s)', t.name, t.keys);
    execute format('create or replace trigger versions__truncate before truncate on access.%I for each statement execute function access.tg_changes__refuse()', t.name);
    execute format('alter table access.%I enable always trigger versions__insert, enable always trigger versions__update, enable always trigger versions__delete, enable always trigger versions__truncate', t.name);
  end loop;
end
$$;
