--! owner: cadastre_system
-- Refuses what would change, remove or deny somebody of a higher rank than whoever is asking. Services stand above all.
create or replace function private.check_rank(p_user uuid) returns void
language plpgsql stable security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  rank_of_user int;
begin
  select r.rank into rank_of_user
    from access.memberships m join access.roles r on r.key = m.role_key
   where m.org_id = who.org_id and m.user_id = p_user;
  if rank_of_user is null then
    perform core.raise('AC004', 'this person is not a member', 'Choose one of the organization''s members.', 'user_id');
  elsif who.kind <> 'service' and rank_of_user > (select r.rank from access.roles r where r.key = who.role_key) then
    perform core.raise('42501', 'this person is above you', 'Ask an owner.', 'user_id');
  end if;
end
$$;
comment on function private.check_rank(uuid) is 'Raises AC004 when this is no member, 42501 when they are above whoever is asking.';
revoke execute on function private.check_rank(uuid) from public;
grant execute on function private.check_rank(uuid) to cadastre_owner;
