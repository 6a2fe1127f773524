--! owner: cadastre_system
-- An organization that had an active owner keeps one, whichever road takes the last away: leaving, removal, demotion,
-- suspension, provisioning. The lock makes two owners who leave at once take turns, and the second one sees the first gone.
create or replace function access.tg_memberships__keep_owner() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid;
begin
  for org in
    select distinct o.org_id from olds_of_statement o where o.role_key = 'owner' and o.status = 'active' order by 1
  loop
    perform private.lock_access(org);
    if exists (select from tenancy.organizations o where o.id = org)
       and not exists (select from access.memberships m where m.org_id = org and m.role_key = 'owner' and m.status = 'active') then
      perform core.raise('AC005', 'the last owner cannot leave', 'Make somebody else an owner first.', 'user_id');
    end if;
  end loop;
  return null;
end
$$;
comment on function access.tg_memberships__keep_owner() is 'Trigger: refuses what would leave an organization without an active owner.';
revoke execute on function access.tg_memberships__keep_owner() from public;
grant execute on function access.tg_memberships__keep_owner() to cadastre_owner;
