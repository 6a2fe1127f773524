--! owner: cadastre_system
-- A person of the organization by id or e-mail address, also one who was a member once; null asks about oneself. Whoever
-- asks about somebody else needs audit.view.
create or replace function private.member_named(p_user text) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  found_id uuid;
begin
  if p_user is null then
    found_id := private.user_id();
  else
    select u.id into found_id
      from access.users u
     where (u.id::text = lower(p_user) or u.email operator(public.=) p_user::public.citext)
       and exists (select from access.changes c
                    where c.org_id = org and c.table_name = 'memberships' and c.row ->> 'user_id' = u.id::text);
    if found_id is distinct from private.user_id() then
      perform core.require('audit.view');
    end if;
  end if;
  if found_id is null or org is null then
    perform core.raise('AC004', 'this person is not and was not a member', 'Give the id or e-mail address of a member.', 'p_user');
  end if;
  return found_id;
end
$$;
comment on function private.member_named(text) is 'Id of a present or past member by id or e-mail address; raises AC004, 42501.';
revoke execute on function private.member_named(text) from public;
