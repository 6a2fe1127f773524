-- Makes a policy; it counts from the next statement on, on every road. Generated filters and masks are made in the same
-- transaction (data.tg_policies__generate).
create or replace function access.create_policy(
  name text, kind text, condition jsonb default null, mask jsonb default null, datasets uuid[] default '{}', tags text[] default '{}',
  permissions text[] default '{}', roles text[] default '{}', users uuid[] default '{}', priority int default 100,
  description text default '', enabled boolean default true
) returns access.policies
language plpgsql security definer
set search_path = ''
as $$
declare
  p access.policies;
begin
  perform core.require('role.security');
  p.org_id := private.org_id();
  p.id := uuidv7();
  p.name := create_policy.name;
  p.kind := create_policy.kind;
  p.condition := nullif(create_policy.condition, 'null');
  p.mask := nullif(create_policy.mask, 'null');
  p.datasets := coalesce(create_policy.datasets, '{}');
  p.tags := coalesce(create_policy.tags, '{}');
  p.permissions := coalesce(create_policy.permissions, '{}');
  p.roles := coalesce(create_policy.roles, '{}');
  p.users := coalesce(create_policy.users, '{}');
  p.priority := coalesce(create_policy.priority, 100);
  p.description := coalesce(create_policy.description, '');
  p.enabled := coalesce(create_policy.enabled, true);
  p.created_by := private.user_id();
  p.created_at := clock_timestamp();
  p.updated_at := p.created_at;
  perform private.check_policy(p);
  begin
    insert into access.policies values (p.*) returning * into p;
  exception when unique_violation then
    perform core.raise('AC043', format('there is a policy %L already', left(p.name, 60)), 'Choose another name.', 'name');
  end;
  perform audit.record('policy.create', 'policy', p.id::text, to_jsonb(p) - 'org_id' - 'created_at' - 'updated_at');
  return p;
end
$$;
comment on function access.create_policy(text, text, jsonb, jsonb, uuid[], text[], text[], text[], uuid[], int, text, boolean) is
  'Makes a policy (docs/reference/policies.md). Needs role.security; a permit also what it permits. Errors: AC040 to AC043.';
grant execute on function access.create_policy(text, text, jsonb, jsonb, uuid[], text[], text[], text[], uuid[], int, text, boolean) to cadastre_user, cadastre_worker;
