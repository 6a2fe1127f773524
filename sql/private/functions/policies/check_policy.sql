--! owner: cadastre_system
-- Everything that can be wrong with a policy, said before it counts. Nobody permits what they may not do themselves.
create or replace function private.check_policy(p access.policies) returns void
language plpgsql stable security definer
set search_path = ''
as $$
declare
  d uuid;
  wrong text;
  mask_kinds constant text[] := '{"null",hash,partial,year,constant}';
begin
  if p.name is null or length(p.name) not between 1 and 200 then
    perform core.raise('AC041', 'a policy needs a name', 'Give 1 to 200 characters.', 'name');
  elsif p.kind is null or p.kind not in ('row_filter', 'mask', 'permit', 'forbid') then
    perform core.raise('AC041', format('there is no policy of the kind %L', left(p.kind, 60)), 'Use row_filter, mask, permit or forbid.', 'kind');
  elsif length(p.description) > 4000 then
    perform core.raise('AC041', 'the description is too long', 'Give at most 4000 characters.', 'description');
  elsif p.priority not between 0 and 10000 then
    perform core.raise('AC041', 'the priority goes from 0 to 10000', 'Give 0 for what counts first.', 'priority');
  elsif cardinality(p.roles) > 100 or cardinality(p.users) > 1000 or cardinality(p.datasets) > 1000 or cardinality(p.tags) > 100 or cardinality(p.permissions) > 200 then
    perform core.raise('AC041', 'a policy names too many', 'At most 100 roles, 1000 people, 1000 datasets, 100 tags, 200 permissions.', 'policy');
  end if;
  select r into wrong from unnest(p.roles) r
   where not exists (select from access.roles x where x.key = r)
     and not exists (select from access.org_roles x where x.org_id = p.org_id and x.key = r) limit 1;
  if wrong is not null then
    perform core.raise('AC042', format('there is no role %L', left(wrong, 60)), 'Name system roles or roles of your organization.', 'roles');
  end if;
  select u::text into wrong from unnest(p.users) u
   where not exists (select from access.memberships m where m.org_id = p.org_id and m.user_id = u) limit 1;
  if wrong is not null then
    perform core.raise('AC042', format('%s is no member', wrong), 'Name members of your organization.', 'users');
  end if;
  select x::text into wrong from unnest(p.datasets) x where private.dataset_attributes(p.org_id, x::text) is null limit 1;
  if wrong is not null then
    perform core.raise('AC042', format('there is no dataset %s', wrong), 'Name datasets of your organization.', 'datasets');
  end if;
  select t into wrong from unnest(p.tags) t where t is null or t !~ '^[a-z][a-z0-9_.-]{0,59}$' limit 1;
  if wrong is not null then
    perform core.raise('AC042', format('%L is no tag', left(wrong, 60)), 'Use up to 60 lower-case letters, digits, dots, dashes and underscores.', 'tags');
  end if;
  if p.kind in ('permit', 'forbid') then
    if cardinality(p.permissions) = 0 then
      perform core.raise('AC041', format('a %s names permissions', p.kind), 'Give permissions such as record.view.', 'permissions');
    end if;
    select x into wrong from unnest(p.permissions) x
     where starts_with(x, 'platform.') or not exists (select from access.permissions a where a.key = x) limit 1;
    if wrong is not null then
      perform core.raise('AC042', format('there is no permission %L to give', left(wrong, 60)), 'Name permissions of the catalog, group.action.', 'permissions');
    end if;
    if p.kind = 'permit' then
      select x into wrong from unnest(p.permissions) x where not private.has_permission(x) limit 1;
      if wrong is not null then
        perform core.raise('42501', format('you may not permit %s, which you do not have', wrong), 'Permit what you may do yourself.', 'permissions');
      end if;
    end if;
  elsif cardinality(p.permissions) > 0 then
    perform core.raise('AC041', format('a %s names no permissions', p.kind), 'Leave the permissions out.', 'permissions');
  end if;
  if p.condition is not null then
    perform private.check_condition(p.condition, null, p.kind in ('row_filter', 'mask'));
    -- A dataset that is named must have what is asked of its rows; one that comes by its tag and has not is closed.
    foreach d in array case when p.kind in ('row_filter', 'mask') then p.datasets else '{}' end loop
      perform private.check_condition(p.condition, d, true);
    end loop;
  elsif p.kind = 'row_filter' then
    perform core.raise('AC041', 'a row filter needs a condition', 'Say which rows are seen: {"eq": [{"row": "region"}, {"user": "region"}]}.', 'condition');
  end if;
  if (p.kind = 'mask') <> (p.mask is not null) then
    perform core.raise('AC041', 'a mask, and nothing else, says how it masks', 'Give {"kind": "null"}, for example.', 'mask');
  elsif p.kind <> 'mask' then
    return;
  elsif jsonb_typeof(p.mask) <> 'object' or coalesce(p.mask ->> 'kind', '') <> all (mask_kinds) or length(p.mask::text) > 2000 then
    perform core.raise('AC041', 'this is no mask', 'Give {"kind": "null" | "hash" | "partial" | "year" | "constant"}.', 'mask');
  elsif exists (select from jsonb_object_keys(p.mask) k where k <> 'kind' and k <> 'fields'
                 and k <> all (case p.mask ->> 'kind' when 'partial' then array['first', 'last'] when 'constant' then array['value'] else '{}' end)) then
    perform core.raise('AC041', 'the mask says something that its kind does not know', 'partial takes first and last, constant takes value; all take fields.', 'mask');
  elsif exists (select from jsonb_each(p.mask - 'kind' - 'fields' - 'value') e where jsonb_typeof(e.value) <> 'number' or e.value::text !~ '^\d{1,3}$') then
    perform core.raise('AC041', 'first and last are numbers of characters', 'Give 0 to 999.', 'mask');
  elsif p.mask ->> 'kind' = 'constant' and coalesce(jsonb_typeof(p.mask -> 'value'), '') not in ('string', 'number', 'boolean') then
    perform core.raise('AC041', 'a constant has a value', 'Give {"kind": "constant", "value": "hidden"}; use the kind null for nothing.', 'mask');
  elsif p.mask ? 'fields' and (jsonb_typeof(p.mask -> 'fields') <> 'array' or jsonb_array_length(p.mask -> 'fields') not between 1 and 500
      or exists (select from jsonb_array_elements(p.mask -> 'fields') e where jsonb_typeof(e) <> 'string')) then
    perform core.raise('AC041', 'fields is a list of names', 'Give {"fields": ["salary"]} with 1 to 500 names.', 'mask');
  elsif cardinality(p.tags) = 0 and not p.mask ? 'fields' then
    perform core.raise('AC041', 'the mask lies on nothing', 'Name tags, or fields in the mask.', 'tags');
  end if;
end
$$;
comment on function private.check_policy(access.policies) is 'Refuses a wrong policy: AC040 condition, AC041 shape, AC042 something that is not there, 42501 a permission that the writer lacks.';
revoke execute on function private.check_policy(access.policies) from public;
grant execute on function private.check_policy(access.policies) to cadastre_owner;
