--! owner: cadastre_system
-- Drops a member's SQL login. Whoever removes a member removes the login too; one's own needs no permission, but
-- oneself: not who only looks as its holder.
create or replace function access.drop_sql_login(user_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  if (drop_sql_login.user_id is distinct from private.user_id() or private.actor_id() is distinct from private.user_id())
     and not private.has_permission('member.delete') then
    perform core.require('member.security');
  end if;
  if private.remove_sql_login(private.org_id(), drop_sql_login.user_id) is null then
    return false;
  end if;
  perform audit.record('sql_login.drop', 'user', drop_sql_login.user_id::text, '{}');
  return true;
end
$$;
comment on function access.drop_sql_login(uuid) is 'Drops a member''s SQL login; false when there is none. One''s own, or with member.security.';
revoke execute on function access.drop_sql_login(uuid) from public;
grant execute on function access.drop_sql_login(uuid) to cadastre_user, cadastre_worker;
