--! owner: cadastre_system
-- A decision in the terms of the AuthZEN Authorization API 1.0: may this subject do this to that resource? The same
-- function that decides for everybody decides here, with the properties that the question brings for objects which the
-- database does not know. Subject: a member, by id or e-mail; somebody unknown may nothing. Action: a permission.
-- The question's context counts before the request's own: it is about the subject's request, not the asker's.
create or replace function access.evaluate(subject jsonb, action jsonb, resource jsonb, context jsonb default null) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  member record;
  permission text := action ->> 'name';
  object_kind text := resource ->> 'type';
  object_id text := resource ->> 'id';
  surroundings jsonb;
  object jsonb;
  verdict jsonb;
  decision boolean;
  reason text;
begin
  if not private.has_permission('role.view') then
    perform core.require('member.view');
  end if;
  if coalesce(jsonb_typeof(subject), '') <> 'object' or coalesce(jsonb_typeof(action), '') <> 'object' or coalesce(jsonb_typeof(resource), '') <> 'object'
     or coalesce(jsonb_typeof(context), 'object') not in ('object', 'null')
     or subject ->> 'type' is null or subject ->> 'id' is null or permission is null or object_kind is null or object_id is null
     or length(subject::text || action::text || resource::text || coalesce(context::text, '')) > 20000 then
    perform core.raise('AC045', 'this is not an access evaluation request',
      'Give subject {type, id}, action {name}, resource {type, id, properties} and context, at most 20000 characters.', 'subject');
  end if;
  select m.user_id, m.role_key into member
    from access.memberships m
    join access.users u on u.id = m.user_id and u.status = 'active'
   where m.org_id = org and m.status = 'active' and subject ->> 'type' = 'user'
     and (u.id::text = subject ->> 'id' or u.email operator(public.=) (subject ->> 'id')::public.citext);
  if member.user_id is null then
    return jsonb_build_object('decision', false, 'context', jsonb_build_object('reasons', jsonb_build_array('unknown subject')));
  end if;
  object := coalesce(case when jsonb_typeof(resource -> 'properties') = 'object' then resource -> 'properties' end, '{}');
  -- The asker's own address, factor and road say nothing about the subject.
  surroundings := jsonb_build_object('time', clock_timestamp(), 'weekday', extract(isodow from clock_timestamp() at time zone 'UTC')::int)
    || coalesce(nullif(context, 'null'), '{}');
  -- Among the organization's own things only those that grants can name are objects; anything else is told by its kind.
  decision := private.member_permits(org, member.user_id, member.role_key, permission,
    case when object_kind = 'organization' then null else object_kind end,
    case when object_kind = 'organization' then null else object_id end, clock_timestamp(), true, object, surroundings);
  verdict := private.policy_verdict(org, member.user_id, permission, object_kind, object_id, object, surroundings);
  reason := case
    when not exists (select from access.permissions x where x.key = permission) then 'unknown action'
    when verdict is not null then format('policy %s: %s', verdict ->> 'name', verdict ->> 'effect')
    when decision then 'role or grant'
    else 'no role, grant or policy allows it'
  end;
  return jsonb_build_object('decision', decision, 'context', jsonb_build_object('reasons', jsonb_build_array(reason)));
end
$$;
comment on function access.evaluate(jsonb, jsonb, jsonb, jsonb) is
  'AuthZEN access evaluation within the asker''s organization: {decision, context: {reasons}}. Needs role.view or member.view. Error AC045.';
revoke execute on function access.evaluate(jsonb, jsonb, jsonb, jsonb) from public;
grant execute on function access.evaluate(jsonb, jsonb, jsonb, jsonb) to cadastre_user, cadastre_worker;
