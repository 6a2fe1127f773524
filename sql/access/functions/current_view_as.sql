--! owner: cadastre_system
-- As whom one looks at the moment, for the banner. One's own, so no permission is asked.
create or replace function access.current_view_as()
returns table (subject_id uuid, email text, display_name text, reason text, started_at timestamptz, expires_at timestamptz)
language sql stable security definer
set search_path = ''
rows 1
as $$
  select v.subject_id, u.email::text, u.display_name, v.reason, v.started_at, v.expires_at
    from private.identity() i
    join access.view_as v on v.org_id = i.org_id and v.user_id = i.actor_id and v.subject_id = i.user_id and v.ended_at is null
    join access.users u on u.id = v.subject_id
   where i.read_only
$$;
comment on function access.current_view_as() is 'Whom you look at the organization as, why and until when; nothing when as yourself.';
revoke execute on function access.current_view_as() from public;
grant execute on function access.current_view_as() to cadastre_user;
