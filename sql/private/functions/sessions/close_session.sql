--! owner: cadastre_system
-- Ends one session, for a reason that its person can read. At its next statement it is nobody.
create or replace function private.close_session(p_session_id uuid, p_why text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  closed private.sessions;
begin
  update private.sessions s set ended_at = clock_timestamp(), ended_why = p_why
   where s.id = p_session_id and s.ended_at is null
  returning * into closed;
  if closed.id is null then
    return false;
  end if;
  perform private.record_sign_in(closed.user_id, closed.org_id, case p_why when 'reuse' then 'session.reuse' else 'session.end' end,
    closed.id::text, jsonb_build_object('why', p_why));
  return true;
end
$$;
comment on function private.close_session(uuid, text) is 'Ends a session and records why; false when it had ended.';
revoke execute on function private.close_session(uuid, text) from public;
