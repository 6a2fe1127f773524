-- Removes a policy; what it was stays in access.changes and in the audit trail.
create or replace function access.remove_policy(policy_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  p access.policies;
begin
  perform core.require('role.security');
  delete from access.policies x where x.org_id = private.org_id() and x.id = policy_id returning * into p;
  if p.id is null then
    perform core.raise('AC044', 'no such policy', 'Check the policy''s id; you see only your organization''s.', 'policy_id');
  end if;
  perform audit.record('policy.delete', 'policy', p.id::text, jsonb_build_object('name', p.name, 'kind', p.kind));
  return true;
end
$$;
comment on function access.remove_policy(uuid) is 'Removes a policy. Needs role.security. Error AC044.';
grant execute on function access.remove_policy(uuid) to cadastre_user, cadastre_worker;
