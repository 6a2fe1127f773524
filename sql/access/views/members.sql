-- Members as a list: bound by the policies of the tables under it, as whoever asks.
create or replace view access.members with (security_invoker = true) as
select m.org_id, m.user_id, u.email::text as email, u.display_name, m.role_key, r.rank as role_rank,
       array(select x.role_key from access.membership_roles x
              where x.org_id = m.org_id and x.user_id = m.user_id order by x.role_key) as own_roles,
       m.attributes, m.status, m.source, m.created_at
  from access.memberships m
  join access.users u on u.id = m.user_id
  join access.roles r on r.key = m.role_key;
comment on view access.members is E'@primaryKey org_id,user_id\nWho belongs to the organization, with role, own roles and attributes. Needs member.view; yourself always.';
grant select on access.members to cadastre_user, cadastre_worker;
