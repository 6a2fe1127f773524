--! Previous: sha1:3f29a9f52e72a43087ba89cc88acbf773df2f24e
--! Hash: sha1:d99c3b3b4b1de21fb3411a59a361a2e77883a968

-- About whom the short question does not do (private.exceptional): people and organizations. Not a reference, since a
-- row may be about either; one that outlives them asks nothing.
create table private.exceptions (
  id    bigint generated always as identity primary key,
  about uuid not null
);
create index exceptions_about_idx on private.exceptions (about);

insert into private.exceptions (about)
select u.id from access.users u where u.status <> 'active'
union all select r.user_id from access.membership_roles r
union all select g.user_id from access.grants g where g.revoked_at is null
union all select v.user_id from access.view_as v where v.ended_at is null
union all select o.id from tenancy.organizations o where o.status <> 'active'
union all select s.org_id from access.org_security s where s.sql_networks <> '{}'
union all select p.org_id from access.policies p where p.kind in ('permit', 'forbid');
