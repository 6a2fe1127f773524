-- The catalog of permissions and the system roles, as data: the one place to change them.
comment on table access.permissions is 'What can be allowed: group.action, with its meaning.';
comment on table access.roles is 'Bundles of permissions; a role has what it inherits too.';
comment on table access.role_permissions is 'Permissions that a role adds to those it inherits.';

do $$
declare
  t text;
begin
  foreach t in array array['permissions', 'roles', 'role_permissions'] loop
    execute format('alter table access.%I enable row level security, force row level security', t);
    execute format('drop policy if exists select_everyone on access.%I', t);
    execute format('create policy select_everyone on access.%I for select to cadastre_user, cadastre_worker, cadastre_owner, cadastre_system using (true)', t);
    execute format('drop policy if exists write_owner on access.%I', t);
    execute format('create policy write_owner on access.%I for all to cadastre_owner using (true) with check (true)', t);
    execute format('grant select on access.%I to cadastre_user, cadastre_worker, cadastre_system', t);
  end loop;
end
$$;
grant usage on schema access to cadastre_user, cadastre_worker, cadastre_system, cadastre_logins, cadastre_views;

insert into access.permissions (key, description) values
  ('organization.view', 'See the organization''s name and settings'),
  ('organization.edit', 'Change the organization''s name and settings'),
  ('member.view',       'See who belongs to the organization'),
  ('member.create',     'Add people to the organization'),
  ('member.edit',       'Change people''s roles'),
  ('member.delete',     'Remove people from the organization'),
  ('member.security',   'Give, rotate and revoke SQL logins'),
  ('role.view',         'See roles and their permissions'),
  ('dataset.view',      'See datasets and their contracts'),
  ('dataset.create',    'Create datasets'),
  ('dataset.edit',      'Change a dataset''s contract'),
  ('dataset.delete',    'Delete datasets with their rows and history'),
  ('record.view',       'See the rows of datasets and their history'),
  ('record.create',     'Add rows by hand'),
  ('record.edit',       'Change rows by hand'),
  ('record.delete',     'Delete rows by hand'),
  ('record.restore',    'Bring a row back to an earlier version'),
  ('record.export',     'Export rows'),
  ('run.view',          'See files, runs and rejected rows'),
  ('run.execute',       'Upload files and replay rejected rows'),
  ('run.approve',       'Release or reject a held run'),
  ('quality.view',      'See rules and results'),
  ('quality.edit',      'Change rules, severities and thresholds'),
  ('lineage.view',      'See what came from what'),
  ('audit.view',        'See the audit trail'),
  ('platform.view',     'See all organizations'' names and states'),
  ('platform.manage',   'Create and suspend organizations')
on conflict (key) do update set description = excluded.description
  where permissions.description is distinct from excluded.description;

insert into access.roles (key, inherits, rank, description) values
  ('client',  null,      1, 'An outside party: sees only what is shared with it'),
  ('viewer',  'client',  2, 'Sees datasets, rows and runs'),
  ('analyst', 'viewer',  3, 'Also queries by SQL, exports, sees quality and lineage'),
  ('editor',  'analyst', 4, 'Also loads files, creates datasets and edits rows'),
  ('manager', 'editor',  5, 'Also changes contracts and rules, deletes rows, releases held runs'),
  ('admin',   'manager', 6, 'Also manages members, SQL logins and datasets, sees the audit trail'),
  ('owner',   'admin',   7, 'Everything in the organization')
on conflict (key) do update set inherits = excluded.inherits, rank = excluded.rank, description = excluded.description
  where (roles.inherits, roles.rank, roles.description) is distinct from (excluded.inherits, excluded.rank, excluded.description);

with wanted (role_key, permission) as (
  values
    ('client', 'organization.view'),
    ('viewer', 'dataset.view'), ('viewer', 'record.view'), ('viewer', 'run.view'), ('viewer', 'member.view'), ('viewer', 'role.view'),
    ('analyst', 'record.export'), ('analyst', 'quality.view'), ('analyst', 'lineage.view'),
    ('editor', 'dataset.create'), ('editor', 'record.create'), ('editor', 'record.edit'), ('editor', 'record.restore'),
    ('editor', 'run.execute'),
    ('manager', 'dataset.edit'), ('manager', 'record.delete'), ('manager', 'run.approve'), ('manager', 'quality.edit'),
    ('admin', 'member.create'), ('admin', 'member.edit'), ('admin', 'member.delete'), ('admin', 'member.security'),
    ('admin', 'dataset.delete'), ('admin', 'audit.view'),
    ('owner', 'organization.edit')
), gone as (
  delete from access.role_permissions p
   where not exists (select from wanted w where (w.role_key, w.permission) = (p.role_key, p.permission))
)
insert into access.role_permissions (role_key, permission)
select role_key, permission from wanted
on conflict do nothing;

-- The closure is derived, so it is made anew each time.
delete from private.role_closure;
insert into private.role_closure (role_key, permission)
with recursive chain (role_key, ancestor) as (
  select key, key from access.roles
  union
  select c.role_key, r.inherits from chain c join access.roles r on r.key = c.ancestor where r.inherits is not null
)
select distinct c.role_key, p.permission from chain c join access.role_permissions p on p.role_key = c.ancestor;
