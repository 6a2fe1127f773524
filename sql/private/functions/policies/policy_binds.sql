--! owner: cadastre_system
-- Does this filter or mask bind whoever is asking? Members with one of its roles (system or own) and its people; everybody
-- when it names neither. Services, which load and keep the data, are never bound. Nobody in particular is bound by all,
-- and by a policy that is not there: no answer here may open anything.
create or replace function private.policy_binds(policy uuid) returns boolean
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  p access.policies;
begin
  if who.kind = 'service' then
    return false;
  elsif who.org_id is null then
    return true;
  end if;
  select * into p from access.policies x where x.org_id = who.org_id and x.id = policy_binds.policy;
  if p.id is null then
    return true;
  end if;
  return p.enabled
    and ((cardinality(p.roles) = 0 and cardinality(p.users) = 0) or who.role_key = any (p.roles)
         or private.policy_covers(p.roles, p.users, p.org_id, who.user_id));
end
$$;
comment on function private.policy_binds(uuid) is 'True when a row filter or mask binds whoever is asking. Asked once a statement.';
grant execute on function private.policy_binds(uuid) to public;
