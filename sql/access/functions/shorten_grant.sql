-- Lets a grant, denial or delegation end sooner. Never later: that is a new grant. Asked as revoking is.
create or replace function access.shorten_grant(grant_id uuid, ends_at timestamptz) returns access.grants
language plpgsql security definer
set search_path = ''
as $$
declare
  g access.grants := private.check_revoke(grant_id);
  was constant timestamptz := g.ends_at;
begin
  if shorten_grant.ends_at is null or shorten_grant.ends_at >= was
     or shorten_grant.ends_at <= greatest(clock_timestamp(), g.starts_at) then
    perform core.raise('AC025', 'the new end must be to come, and before the present end', 'Revoke it to end it now; for longer, grant anew.', 'ends_at');
  end if;
  update access.grants x set ends_at = shorten_grant.ends_at where x.org_id = g.org_id and x.id = g.id returning * into g;
  perform audit.record('grant.shorten', 'grant', g.id::text, private.grant_detail(g) || jsonb_build_object('ended_at', was));
  return g;
end
$$;
comment on function access.shorten_grant(uuid, timestamptz) is
  'Lets a grant end sooner. Needs role.share; a delegation is also shortened by either side. Errors: AC025 when, AC026 not in force.';
revoke execute on function access.shorten_grant(uuid, timestamptz) from public;
grant execute on function access.shorten_grant(uuid, timestamptz) to cadastre_user, cadastre_worker;
