-- Sets which of the organization's own roles a member has. Nobody gives a role with a permission that they do not hold,
-- nor takes one away from somebody above them.
create or replace function access.set_member_roles(user_id uuid, role_keys text[]) returns text[]
language plpgsql security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  max_roles constant int := 100;
  was text[];
  wanted text[] := array(select distinct k from unnest(role_keys) k where k is not null order by k);
begin
  perform core.require('member.edit');
  perform private.check_rank(set_member_roles.user_id);
  if cardinality(wanted) > max_roles then
    perform core.raise('AC033', format('a member has at most %s own roles', max_roles), 'Put some of them together into one.', 'role_keys');
  end if;
  perform private.lock_access(org);
  was := array(select r.role_key from access.membership_roles r
                where r.org_id = org and r.user_id = set_member_roles.user_id order by 1);
  perform private.check_gift(null, null, k, 'organization', null, 'infinity') from unnest(wanted) k where k <> all (was);
  delete from access.membership_roles r
   where r.org_id = org and r.user_id = set_member_roles.user_id and r.role_key <> all (wanted);
  insert into access.membership_roles (org_id, user_id, role_key)
  select org, set_member_roles.user_id, k from unnest(wanted) k where k <> all (was);
  perform audit.record('member.roles', 'user', set_member_roles.user_id::text, jsonb_build_object('from', was, 'to', wanted));
  return wanted;
end
$$;
comment on function access.set_member_roles(uuid, text[]) is
  'Sets a member''s own roles, all of them. Needs member.edit and every permission of roles that are added. Errors: AC004 not a member, AC021 role, AC033 too many.';
grant execute on function access.set_member_roles(uuid, text[]) to cadastre_user, cadastre_worker;
