--! owner: cadastre_system
-- A role that people get without anybody's decision about them (by a provider, a domain, a directory) is at most
-- manager, and not above the role of who sets it.
create or replace function private.require_joinable_role(p_role text) returns void
language plpgsql stable security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  wanted int := (select r.rank from access.roles r where r.key = p_role);
begin
  if wanted is null then
    perform core.raise('AC002', format('no such role: %L', left(p_role, 60)), 'Use one of the roles in roles.', 'default_role');
  end if;
  if wanted > (select r.rank from access.roles r where r.key = 'manager')
     or wanted > coalesce((select r.rank from access.roles r where r.key = who.role_key), wanted) then
    perform core.raise('AC085', format('%s is not given to people who join by themselves', p_role),
      'Use manager or below; raise people''s roles one by one.', 'default_role');
  end if;
end
$$;
comment on function private.require_joinable_role(text) is 'Raises AC002 or AC085 unless people who join by themselves may get the role.';
revoke execute on function private.require_joinable_role(text) from public;
