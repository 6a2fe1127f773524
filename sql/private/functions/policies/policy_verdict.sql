--! owner: cadastre_system
-- What an organization's permit and forbid policies say of one act: {"effect": "deny" | "allow", "policy", "name"}, null
-- when they say nothing. Forbid wins. What is not known never permits: a permit needs a condition that is true, a forbid
-- counts unless its condition is false. A policy that names datasets or tags is about those objects only.
-- p_object and p_context are what the caller knows (a decision point asks about others' objects); without them the
-- dataset's own attributes and the request of whoever is asking.
create or replace function private.policy_verdict(
  p_org uuid, p_user uuid, p_permission text, p_object_kind text, p_object_id text,
  p_object jsonb default null, p_context jsonb default null
) returns jsonb
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  p record;
  own jsonb;
  object jsonb;
  subject jsonb;
  context jsonb := p_context;
  answer boolean;
  prepared boolean := false;
begin
  for p in
    select x.id, x.name, x.kind, x.roles, x.users, x.datasets, x.tags, x.condition
      from access.policies x
     where x.org_id = p_org and x.enabled and x.kind in ('forbid', 'permit') and p_permission = any (x.permissions)
     -- forbid before permit
     order by x.kind, x.priority, x.id
  loop
    if not prepared then
      -- What the database knows of a dataset counts before what the caller says of it.
      own := case when p_object_kind = 'dataset' then private.dataset_attributes(p_org, p_object_id) end;
      object := coalesce(p_object, '{}') - 'row' - 'types' || coalesce(own, '{}')
        || jsonb_strip_nulls(jsonb_build_object('kind', p_object_kind, 'id', p_object_id));
      subject := private.user_attributes(p_org, p_user);
      context := coalesce(context, private.request_context());
      prepared := true;
    end if;
    continue when not private.policy_covers(p.roles, p.users, p_org, p_user);
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
comment on function private.policy_verdict(uuid, uuid, text, text, text, jsonb, jsonb) is
  'What permit and forbid policies say of an act: {effect: deny|allow, policy, name}; null when nothing.';
revoke execute on function private.policy_verdict(uuid, uuid, text, text, text, jsonb, jsonb) from public;
