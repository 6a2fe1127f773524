--! owner: cadastre_system
-- Where members are signed in to this organization, one of them or all; their sessions in others are not its business.
-- Who may not see that sees no rows, as a policy would have it, so core.require() is not the first act.
drop function if exists access.member_sessions(uuid);
create or replace function access.member_sessions(p_user_id uuid default null)
returns table (id uuid, user_id uuid, method text, created_at timestamptz, last_seen_at timestamptz, factor_kind text, ip text, user_agent text, expires_at timestamptz)
language sql stable security definer
set search_path = ''
rows 20
as $$
  select s.id, s.user_id, s.method, s.created_at, s.last_seen_at, s.factor_kind, host(s.ip), s.user_agent, s.expires_at
    from private.sessions s
   where (select private.has_permission('member.security')) and s.org_id = (select private.org_id())
     and (p_user_id is null or s.user_id = p_user_id)
     and s.ended_at is null and s.expires_at > clock_timestamp()
   order by s.last_seen_at desc
   limit 500
$$;
comment on function access.member_sessions(uuid) is
  'Live sessions in this organization, of one member or of all (500 at most), for those with member.security; for others none.';
revoke execute on function access.member_sessions(uuid) from public;
grant execute on function access.member_sessions(uuid) to cadastre_user;
