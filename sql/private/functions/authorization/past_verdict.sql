--! owner: cadastre_system
-- private.policy_verdict for a past moment: policies and the person's attributes as they were, the object's as it is
-- today (datasets keep no history of their tags), and of the request only the time, since nobody knows the rest.
create or replace function private.past_verdict(
  p_org uuid, p_user uuid, p_member jsonb, p_permission text, p_object_kind text, p_object_id text, p_at timestamptz
) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  p access.policies;
  roles text[] := array(select r ->> 'role_key' from private.as_of(p_org, 'membership_roles', p_at, p_user) r);
  object jsonb := coalesce(case when p_object_kind = 'dataset' then private.dataset_attributes(p_org, p_object_id) end, '{}')
    || jsonb_strip_nulls(jsonb_build_object('kind', coalesce(p_object_kind, 'organization'), 'id', p_object_id));
  subject jsonb := coalesce(p_member -> 'attributes', '{}') || jsonb_build_object('id', p_user,
    'email', (select u.email from access.users u where u.id = p_user), 'role', p_member ->> 'role_key',
    'roles', to_jsonb((p_member ->> 'role_key') || roles));
  context jsonb := jsonb_build_object('time', p_at, 'weekday', extract(isodow from p_at at time zone 'UTC')::int);
  answer boolean;
begin
  for p in
    select x.* from private.as_of(p_org, 'policies', p_at) r
     cross join lateral jsonb_populate_record(null::access.policies, r) x
     where x.enabled and x.kind in ('forbid', 'permit') and p_permission = any (x.permissions)
     order by x.kind, x.priority, x.id
  loop
    continue when not ((cardinality(p.roles) = 0 and cardinality(p.users) = 0) or p_user = any (p.users)
                       or p.roles && (roles || (p_member ->> 'role_key')));
    continue when (cardinality(p.datasets) > 0 or cardinality(p.tags) > 0) and not coalesce(
      (p_object_kind = 'dataset' and p_object_id = any (p.datasets::text[]))
      or (p_object_kind = 'tag' and p_object_id = any (p.tags))
      or case when jsonb_typeof(object -> 'tags') = 'array' then object -> 'tags' ?| p.tags end, false);
    answer := private.evaluate_condition(p.condition, subject, object, context);
    if p.kind = 'forbid' and answer is not false then
      return jsonb_build_object('effect', 'deny', 'policy', p.id, 'name', p.name);
    elsif p.kind = 'permit' and answer then
      return jsonb_build_object('effect', 'allow', 'policy', p.id, 'name', p.name);
    end if;
  end loop;
  return null;
end
$$;
comment on function private.past_verdict(uuid, uuid, jsonb, text, text, text, timestamptz) is
  'What permit and forbid policies said of an act at a past moment: {effect, policy, name}; null when nothing.';
revoke execute on function private.past_verdict(uuid, uuid, jsonb, text, text, text, timestamptz) from public;
