--! owner: cadastre_system
-- Finds a grant in force, locked, and refuses who may not take it back or shorten it: with role.share anybody's, a
-- delegation also by who made it and who got it. Lifting a denial is giving: never one's own, and only what one holds.
create or replace function private.check_revoke(p_grant uuid) returns access.grants
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  g access.grants;
begin
  select * into g from access.grants x
   where x.org_id = who.org_id and x.id = p_grant and x.revoked_at is null and x.ends_at > clock_timestamp() for update;
  if g.id is null or who.read_only then
    perform core.raise('AC026', 'there is no such grant in force', 'It may have ended already.', 'grant_id');
  elsif g.delegated_by is not null and who.kind = 'user' and who.user_id in (g.user_id, g.delegated_by) then
    return g;
  end if;
  if not private.has_permission('role.share') and who.user_id is distinct from g.user_id then
    perform core.raise('AC026', 'there is no such grant in force', 'It may have ended already.', 'grant_id');
  end if;
  perform core.require('role.share');
  if g.effect = 'deny' then
    if who.user_id = g.user_id then
      perform core.raise('42501', 'nobody lifts a denial against themselves', 'Ask somebody else who may.', 'grant_id');
    end if;
    perform private.check_gift(g.permission, g.system_role, g.own_role, g.object_kind, g.object_id, g.ends_at);
  else
    perform private.check_rank(g.user_id);
  end if;
  return g;
end
$$;
comment on function private.check_revoke(uuid) is 'A grant in force that whoever is asking may end, locked; raises AC026 or 42501.';
revoke execute on function private.check_revoke(uuid) from public;
grant execute on function private.check_revoke(uuid) to cadastre_owner;
