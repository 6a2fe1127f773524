--! owner: cadastre_system
-- Ends a persons sessions, all or all but one, in every organization.
create or replace function private.end_sessions(p_user_id uuid, p_why text, p_keep uuid default null)
returns int
language sql security definer
set search_path = ''
as $$
  select count(*)::int
    from (select private.close_session(s.id, p_why) as closed
            from private.sessions s
           where s.user_id = p_user_id and s.ended_at is null and s.id is distinct from p_keep) c
   where c.closed
$$;
comment on function private.end_sessions(uuid, text, uuid) is
  'Ends sessions; how many.';
revoke execute on function private.end_sessions(uuid, text, uuid) from public;
