-- The system roles, as data: the one place to change them.
--
-- client < viewer < analyst < editor < manager < admin < ceo < owner; steward is beside editor: an analyst who keeps
-- quality, catalog, classification, lineage and compliance. A client has nothing by role but the organization's name:
-- it sees what a grant on an object shares with it. organization.security is the owner's alone, since whoever sets
-- identity providers decides who can sign in as an owner.
comment on table access.roles is 'Bundles of permissions; a role has what it inherits too.';
comment on column access.roles.rank is 'Nobody changes, removes or denies somebody of a higher rank.';
comment on table access.role_permissions is 'Permissions that a role adds to those it inherits.';

insert into access.roles (key, inherits, rank, description) values
  ('client',  null,      1, 'An outside party: sees only what is shared with it'),
  ('viewer',  'client',  2, 'Sees datasets, rows, runs, catalog and reports'),
  ('analyst', 'viewer',  3, 'Also queries by SQL, exports, sees quality and lineage, makes reports'),
  ('editor',  'analyst', 4, 'Also loads files, creates datasets and edits rows'),
  ('steward', 'analyst', 4, 'An analyst who also keeps quality, catalog, classification, lineage and compliance'),
  ('manager', 'editor',  5, 'Also changes contracts, rules and sources, deletes rows, releases held runs'),
  ('admin',   'manager', 6, 'Also manages members, roles, grants, policies and SQL logins, sees the audit trail'),
  ('ceo',     'admin',   7, 'Also changes the organization''s settings and approves compliance'),
  ('owner',   'ceo',     8, 'Everything in the organization')
on conflict (key) do update set inherits = excluded.inherits, rank = excluded.rank, description = excluded.description
  where (roles.inherits, roles.rank, roles.description) is distinct from (excluded.inherits, excluded.rank, excluded.description);

with wanted (role_key, permission) as (
  select v.role_key, p.permission
    from (values
      ('client', 'organization', 'view'),
      ('viewer', 'dataset', 'view'), ('viewer', 'record', 'view'), ('viewer', 'run', 'view'), ('viewer', 'member', 'view'),
      ('viewer', 'role', 'view'), ('viewer', 'catalog', 'view'), ('viewer', 'analytics', 'view'), ('viewer', 'report', 'view'),
      ('analyst', 'record', 'export'), ('analyst', 'dataset', 'export'), ('analyst', 'quality', 'view export'),
      ('analyst', 'lineage', 'view export'), ('analyst', 'catalog', 'export'), ('analyst', 'classification', 'view'),
      ('analyst', 'rule_sets', 'view'), ('analyst', 'scan_logic', 'view'), ('analyst', 'datasource', 'view'),
      ('analyst', 'connector', 'view'), ('analyst', 'pipeline', 'view'), ('analyst', 'analytics', 'create edit execute export'),
      ('analyst', 'report', 'create edit execute export'), ('analyst', 'export', 'view create'),
      ('editor', 'dataset', 'create'), ('editor', 'record', 'create edit restore'), ('editor', 'run', 'execute monitor'),
      ('editor', 'pipeline', 'create edit execute'), ('editor', 'catalog', 'create edit'), ('editor', 'quality', 'execute'),
      ('editor', 'analytics', 'delete share'), ('editor', 'report', 'delete share'), ('editor', 'datasource', 'execute'),
      ('editor', 'ops', 'view'),
      ('steward', 'quality', 'create edit delete execute approve monitor'), ('steward', 'dataset', 'classify'),
      ('steward', 'catalog', 'create edit delete classify lineage approve share'),
      ('steward', 'classification', 'create edit delete classify train approve export'),
      ('steward', 'lineage', 'edit delete approve'), ('steward', 'compliance', 'view create edit monitor export'),
      ('steward', 'rule_sets', 'create edit delete execute approve share'),
      ('steward', 'scan_logic', 'create edit delete execute approve'),
      ('steward', 'datasource', 'scan monitor classify lineage'), ('steward', 'run', 'monitor'), ('steward', 'ops', 'view'),
      ('manager', 'dataset', 'edit classify share'), ('manager', 'record', 'delete'), ('manager', 'run', 'approve delete restore'),
      ('manager', 'quality', 'create edit delete approve monitor'), ('manager', 'lineage', 'edit delete approve'),
      ('manager', 'catalog', 'delete classify lineage approve share'),
      ('manager', 'classification', 'create edit delete classify train approve export'),
      ('manager', 'rule_sets', 'create edit delete execute approve share'),
      ('manager', 'scan_logic', 'create edit delete execute approve'),
      ('manager', 'datasource', 'create edit delete scan monitor classify lineage'),
      ('manager', 'connector', 'create edit delete execute'), ('manager', 'pipeline', 'delete approve monitor'),
      ('manager', 'compliance', 'view export'), ('manager', 'analytics', 'train'), ('manager', 'report', 'approve'),
      ('manager', 'export', 'delete approve'), ('manager', 'ops', 'edit execute monitor'),
      ('admin', 'member', 'create edit delete security monitor export'),
      ('admin', 'role', 'create edit delete share approve security'), ('admin', 'dataset', 'delete'),
      ('admin', 'audit', 'view export'), ('admin', 'datasource', 'security'), ('admin', 'connector', 'security'),
      ('admin', 'compliance', 'create edit delete monitor audit'), ('admin', 'organization', 'monitor'),
      ('ceo', 'organization', 'edit'), ('ceo', 'compliance', 'approve'), ('ceo', 'audit', 'approve'),
      ('owner', 'organization', 'security delete export')
    ) v (role_key, object_group, actions)
   cross join lateral (select v.object_group || '.' || a as permission from string_to_table(v.actions, ' ') a) p
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
