--! Previous: sha1:61ded1ea0a919e5fb07b22225e20b59eab115a28
--! Hash: sha1:95cca98b18ed1e0feaf9621fca2114b080d9423e

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
