--! owner: cadastre_system
-- What a member's grants in force say of a permission, on the organization or one object: given, denied, and who
-- delegated it. What is said of a tag counts for the datasets that carry it.
create or replace function private.member_grants(
  p_org uuid, p_user uuid, p_permission text, p_object_kind text, p_object_id text, p_moment timestamptz,
  out given boolean, out denied boolean, out delegators uuid[]
) returns record
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  tags text[];
begin
  if p_object_kind = 'dataset' and exists (
    select from access.grants g
     where g.org_id = p_org and g.user_id = p_user and g.revoked_at is null and g.ends_at > p_moment and g.object_kind = 'tag'
  ) then
    tags := private.dataset_tags(p_org, p_object_id);
  end if;
  select coalesce(bool_or(x.effect = 'allow' and x.delegated_by is null), false),
         coalesce(bool_or(x.effect = 'deny'), false),
         array_agg(distinct x.delegated_by) filter (where x.delegated_by is not null)
    into given, denied, delegators
    from access.grants x
   where x.org_id = p_org and x.user_id = p_user and x.revoked_at is null
     and x.ends_at > p_moment and x.starts_at <= p_moment
     and (x.object_kind = 'organization'
          or (x.object_kind = p_object_kind and x.object_id = p_object_id)
          or (x.object_kind = 'tag' and x.object_id = any (tags)))
     and (x.permission = p_permission
          or exists (select from private.role_closure c where c.role_key = x.system_role and c.permission = p_permission)
          or exists (select from private.org_role_closure c
                      where c.org_id = p_org and c.role_key = x.own_role and c.permission = p_permission));
end
$$;
comment on function private.member_grants(uuid, uuid, text, text, text, timestamptz) is
  'Whether grants in force give or deny a member a permission, and whose delegations would give it.';
revoke execute on function private.member_grants(uuid, uuid, text, text, text, timestamptz) from public;
