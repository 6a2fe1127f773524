-- Ends a grant, denial or delegation now. Who may is asked by private.check_revoke: role.share, or for a delegation either
-- side.
create or replace function access.revoke_grant(grant_id uuid) returns access.grants
language plpgsql security definer
set search_path = ''
as $$
declare
  g access.grants := private.check_revoke(grant_id);
begin
  update access.grants x set revoked_at = clock_timestamp(), revoked_by = private.actor_id()
   where x.org_id = g.org_id and x.id = g.id
  returning * into g;
  perform audit.record('grant.revoke', 'grant', g.id::text, private.grant_detail(g));
  return g;
end
$$;
comment on function access.revoke_grant(uuid) is
  'Ends a grant now. Needs role.share; a delegation is also ended by either side. Errors: AC026 not in force.';
revoke execute on function access.revoke_grant(uuid) from public;
grant execute on function access.revoke_grant(uuid) to cadastre_user, cadastre_worker;
