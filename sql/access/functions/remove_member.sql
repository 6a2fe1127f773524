--! owner: cadastre_system
-- Ends a membership: at the next statement the person sees nothing here, on any road. Their SQL login goes too.
create or replace function access.remove_member(user_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  leaving access.memberships;
begin
  perform core.require('member.delete');
  select * into leaving from access.memberships m
   where m.org_id = org and m.user_id = remove_member.user_id for update;
  if not found then
    perform core.raise('AC004', 'this person is not a member', 'Choose one of the organization''s members.', 'user_id');
  end if;
  if (select r.rank from access.roles r where r.key = leaving.role_key)
     > coalesce((select r.rank from access.roles r where r.key = (private.identity()).role_key), 1000) then
    perform core.raise('42501', 'you may not remove somebody above you', 'Ask an owner.', 'user_id');
  end if;
  -- The last owner stays. The lock makes two owners leaving at once wait for each other.
  if leaving.role_key = 'owner' then
    perform 1 from access.memberships m where m.org_id = org and m.role_key = 'owner' for update;
    if (select count(*) from access.memberships m where m.org_id = org and m.role_key = 'owner') = 1 then
      perform core.raise('AC005', 'the last owner cannot leave', 'Make somebody else an owner first.', 'user_id');
    end if;
  end if;
  perform access.drop_sql_login(remove_member.user_id);
  delete from access.memberships m where m.org_id = org and m.user_id = remove_member.user_id;
  perform audit.record('member.remove', 'user', remove_member.user_id::text, '{}');
  return true;
end
$$;
comment on function access.remove_member(uuid) is
  'Removes a member and their SQL login. Needs member.delete. Errors: AC004 not a member, AC005 last owner.';
grant execute on function access.remove_member(uuid) to cadastre_user, cadastre_worker;
