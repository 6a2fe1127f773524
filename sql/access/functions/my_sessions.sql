--! owner: cadastre_system
-- Where one is signed in: ones own sessions in every organization, so across the boundary, and nobody elses.
create or replace function access.my_sessions()
returns table (id uuid, org_slug text, method text, current boolean, created_at timestamptz, last_seen_at timestamptz, factor_kind text, ip text, user_agent text, expires_at timestamptz)
rows 5
language sql stable security definer
set search_path = ''
as $$
  select s.id, o.slug, s.method, s.id = i.session_id, s.created_at, s.last_seen_at, s.factor_kind, host(s.ip), s.user_agent, s.expires_at
    from private.identity() i
    join private.sessions s on s.user_id = i.actor_id and s.ended_at is null and s.expires_at > clock_timestamp()
    left join tenancy.organizations o on o.id = s.org_id
   where i.kind in ('user', 'operator')
   order by s.last_seen_at desc
   limit 100
$$;
comment on function access.my_sessions() is
  'Your live sessions, everywhere.';
revoke execute on function access.my_sessions() from public;
grant execute on function access.my_sessions() to cadastre_user;
