--! owner: cadastre_system
-- Ends one session: one''s own anywhere, or with member.security another''s within the organization. Whose session it is
-- decides, so core.require() is not the first act.
create or replace function access.end_session(p_id uuid)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  target private.sessions;
begin
  select * into target from private.sessions s where s.id = p_id;
  if target.id is null or who.kind is null or who.kind not in ('user', 'operator')
     or (target.user_id is distinct from who.actor_id
         and not (target.org_id = who.org_id and not who.read_only and private.has_permission('member.security'))) then
    perform core.raise('AC068', 'there is no such session, or you may not end it', 'Choose one of those you see.');
  end if;
  return private.close_session(p_id, case when target.user_id = who.actor_id then 'logout' else 'revoked' end);
end
$$;
comment on function access.end_session(uuid) is
  'Ends a session; false when it had ended. Errors: AC068.';
revoke execute on function access.end_session(uuid) from public;
grant execute on function access.end_session(uuid) to cadastre_user;
