-- Changes what is given of a policy and checks the whole anew: {"condition": ..., "priority": 10, "enabled": false}.
create or replace function access.update_policy(policy_id uuid, changes jsonb) returns access.policies
language plpgsql security definer
set search_path = ''
as $$
declare
  old access.policies;
  p access.policies;
  wrong text;
  known constant text[] := '{name,description,roles,users,datasets,tags,permissions,condition,mask,priority,enabled}';
begin
  perform core.require('role.security');
  select * into old from access.policies x where x.org_id = private.org_id() and x.id = policy_id for update;
  if old.id is null then
    perform core.raise('AC044', 'no such policy', 'Check the policy''s id; you see only your organization''s.', 'policy_id');
  elsif jsonb_typeof(changes) is distinct from 'object' then
    perform core.raise('AC041', 'the changes are no object', format('Give some of %s.', array_to_string(known, ', ')), 'changes');
  end if;
  select k into wrong from jsonb_object_keys(changes) k where k <> all (known) limit 1;
  if wrong is not null then
    perform core.raise('AC041', format('a policy has no %L that can be changed', left(wrong, 60)), format('Give some of %s.', array_to_string(known, ', ')), 'changes');
  end if;
  begin
    p := jsonb_populate_record(old, changes);
    -- A JSON null stands for none.
    p.condition := nullif(p.condition, 'null');
    p.mask := nullif(p.mask, 'null');
  exception when data_exception or invalid_text_representation then
    perform core.raise('AC041', 'a change is of the wrong type', 'Give lists as JSON arrays and ids as UUIDs.', 'changes');
  end;
  perform private.check_policy(p);
  begin
    update access.policies x
       set name = p.name, description = p.description, roles = p.roles, users = p.users, datasets = p.datasets, tags = p.tags,
           permissions = p.permissions, condition = p.condition, mask = p.mask, priority = p.priority, enabled = p.enabled,
           updated_at = clock_timestamp()
     where x.org_id = p.org_id and x.id = p.id returning * into p;
  exception when unique_violation then
    perform core.raise('AC043', format('there is a policy %L already', left(p.name, 60)), 'Choose another name.', 'name');
  end;
  perform audit.record('policy.edit', 'policy', p.id::text, jsonb_build_object('name', p.name, 'changes', changes));
  return p;
end
$$;
comment on function access.update_policy(uuid, jsonb) is
  'Changes a policy: {name, description, roles, users, datasets, tags, permissions, condition, mask, priority, enabled}. Needs role.security. Errors: AC040 to AC044.';
grant execute on function access.update_policy(uuid, jsonb) to cadastre_user, cadastre_worker;
