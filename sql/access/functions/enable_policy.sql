-- Switches a policy on or off; a permit is switched on only by somebody who holds what it permits.
create or replace function access.enable_policy(policy_id uuid, enabled boolean default true) returns access.policies
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('role.security');
  return access.update_policy(policy_id, jsonb_build_object('enabled', coalesce(enable_policy.enabled, true)));
end
$$;
comment on function access.enable_policy(uuid, boolean) is 'Switches a policy on or off. Needs role.security. Error AC044.';
grant execute on function access.enable_policy(uuid, boolean) to cadastre_user, cadastre_worker;
